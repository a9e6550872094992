//! What a watched process tells of a foreign function that writes to its output, ends the process, or does nothing
//! of the kind. Functions of the C library stand in for faulty ones.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};

use sgd_stability::kernel::foreign::{
    Board, CRASHED, Call, Death, Foreign, Library, Limits, Signature, WROTE, begin_case, supervise,
};

/// Set in the child process: the library, the function that it calls, and whether that is `unary` or `binary`.
const FUNCTION: &str = "SUPERVISED_FUNCTION";
/// Set in the child process: the file of the board.
const BOARD: &str = "SUPERVISED_BOARD";
/// The number on which the function is called.
const ARGUMENT: f32 = -1.5;
/// The second number, if it takes two.
const SECOND: f32 = 0.25;

/// What is left of a child process.
struct Remains {
    status: ExitStatus,
    death: Option<Death>,
    /// The call that ended it, if one did.
    call: Option<Call>,
}

fn opened(path: &Path) -> File {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).expect("a file")
}

/// Calls a function of a library in a child process.
fn remains(function: &str) -> Remains {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("board");
    let board = Board::create(&opened(&path)).expect("a board");
    let output = |name: &str| opened(&folder.path().join(name));
    let test = "supervised::what_a_function_does_to_its_process_is_told";
    let status = Command::new(std::env::current_exe().expect("the program of this test"))
        .args(["--exact", test, "--nocapture"])
        .env(FUNCTION, function)
        .env(BOARD, &path)
        .stdout(output("out"))
        .stderr(output("err"))
        .status()
        .expect("a child process");
    Remains {
        status,
        death: board.death(),
        call: board.last_call(),
    }
}

/// The child process: one call of a function, watched through the board.
fn child(function: &str) -> ! {
    let words: Vec<&str> = function.split(' ').collect();
    let [library, symbol, signature] = words[..] else {
        unreachable!("a library, a function and its signature");
    };
    let board = std::env::var_os(BOARD).expect("a board");
    let board = Board::open(&opened(Path::new(&board))).expect("the board");
    let limits = Limits {
        memory: 1 << 36,
        file: 1 << 20,
    };
    let board = supervise(board, limits).expect("a watched process");
    let library = Library::load(OsStr::new(library)).expect("the library");
    let signature: Signature = signature.parse().expect("a signature");
    let function = library.function(symbol, signature).expect("the function");
    begin_case(7);
    let mut y = [0.0];
    match function {
        Foreign::Unary(function) => function.call(&[ARGUMENT], &mut y),
        Foreign::Binary(function) => function.call(&[ARGUMENT], &[SECOND], &mut y),
        other => unreachable!("{other:?} was not asked for"),
    }
    assert_eq!(y, [-ARGUMENT]);
    board.finish();
    std::process::exit(0)
}

#[test]
fn what_a_function_does_to_its_process_is_told() {
    if let Ok(function) = std::env::var(FUNCTION) {
        child(&function);
    }
    let honest = remains("libm.so.6 fabsf unary");
    assert_eq!(honest.death, None);
    assert_eq!(honest.status.code(), Some(0));
    assert_eq!(honest.call, None);

    let writes = remains("libc.so.6 putchar unary");
    assert_eq!(writes.death, Some(Death::Wrote));
    assert_eq!(writes.status.code(), Some(WROTE));

    let exits = remains("libc.so.6 exit unary");
    assert_eq!(exits.death, Some(Death::Exit));
    assert_eq!(exits.status.signal(), None);

    let aborts = remains("libc.so.6 abort unary");
    assert_eq!(aborts.status.code(), Some(CRASHED));
    let Some(Death::Signal { signal, .. }) = aborts.death else {
        panic!("{:?}", aborts.death);
    };
    assert_eq!(signal, 6);

    for dead in [writes, exits, aborts] {
        let call = dead.call.expect("a call");
        assert!(call.is_running, "{call:?}");
        // Loading the library counts as a call.
        assert_eq!((call.case, call.calls), (7, 2));
        assert_eq!(call.inputs, Some(vec![ARGUMENT]));
        assert_eq!(call.scalar, Some(u64::from(ARGUMENT.to_bits())));
    }

    let both = remains("libc.so.6 abort binary").call.expect("a call");
    let bits = u64::from(ARGUMENT.to_bits()) | u64::from(SECOND.to_bits()) << 32;
    assert_eq!((both.scalar, both.inputs), (Some(bits), None));
}
