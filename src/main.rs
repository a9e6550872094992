//! The program `sgd-stability`: checks the roll of claims and prints it.

#[path = "../theorems/mod.rs"]
mod theorems;

fn main() {
    for claim in theorems::ROLL {
        println!("{}: {}: {:?}", claim.id, claim.title, claim.check());
    }
}
