//! How runs end.

use sgd_stability::kernel::Isa;
use sgd_stability::network::{Network, Normalisation, Pass, State};
use sgd_stability::train::{Adam, Ending, GradientStop, Lbfgs, Optimiser, Sampler, Trainer, train};

use crate::support::{Data, Rule, optimisers, plan, start, trainer, with_rate};

fn network() -> Network {
    Network::fnn(&[3, 8, 2])
}

#[test]
fn the_smoothed_loss_is_that_of_the_authors() {
    let (network, isa) = (network(), Isa::best());
    let data = Data::new(&network, 12, 1);
    let mut plan = plan(with_rate(Optimiser::Plain, 0.2), 5, 400);
    let mut losses = Vec::new();
    let mut state = start(&network, 1);
    train(
        isa,
        &network,
        &mut state,
        &data.batch(),
        &plan,
        |number, loss| {
            assert_eq!(number, losses.len() as u64);
            losses.push(loss);
        },
    )
    .expect("a good plan");
    let mut smoothed = Vec::new();
    for loss in &losses {
        let before = smoothed.last().copied().unwrap_or(*loss);
        smoothed.push(0.9 * before + 0.1 * loss);
    }
    // A tolerance that the run crosses on the way: it ends at the first step below it.
    plan.stop.tolerance = 0.5 * (smoothed[0] + smoothed.iter().copied().fold(f64::MAX, f64::min));
    let last = smoothed.iter().position(|m| *m < plan.stop.tolerance);
    let last = last.expect("it is passed");
    let mut state = start(&network, 1);
    let run = train(isa, &network, &mut state, &data.batch(), &plan, |_, _| ());
    let run = run.expect("a good plan");
    assert_eq!(
        (run.ending, run.steps),
        (Ending::Converged, last as u64 + 1)
    );
    assert_eq!(run.smoothed_loss, Some(smoothed[last]));
}

#[test]
fn a_small_gradient_is_noticed_at_the_next_look() {
    let (network, isa) = (network(), Isa::best());
    let data = Data::new(&network, 12, 1);
    let mut plan = plan(with_rate(Optimiser::Plain, 0.2), 12, 2000);
    plan.sampler = Sampler::WithoutReplacement;
    let every = 7;
    let tolerance = 0.05;
    let norm = |state: &State| {
        let mut gradient = vec![0.0; network.parameters()];
        let point = state.point(&network, Normalisation::Fixed);
        Pass::new(isa).gradient(&point, &data.batch(), &mut gradient);
        let squares = gradient.iter().map(|g| f64::from(*g).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let mut without = trainer(isa, &network, &data, plan);
    let mut first = 0;
    while without.step().is_some() {
        let steps = without.progress().steps;
        if steps.is_multiple_of(every) && norm(without.state()) < tolerance {
            first = steps;
            break;
        }
    }
    assert!(first > every, "the gradient is small from the start");
    plan.stop.gradient = Some(GradientStop { tolerance, every });
    let mut with = trainer(isa, &network, &data, plan);
    let run = with.finish();
    assert_eq!((run.ending, run.steps), (Ending::Stationary, first));
    assert_eq!(with.state(), without.state());
}

#[test]
fn every_optimiser_says_that_it_diverged() {
    let (network, isa) = (network(), Isa::best());
    let data = Data::new(&network, 12, 1);
    for Rule { optimiser, .. } in optimisers() {
        let mut plan = plan(with_rate(optimiser, 1e38), 12, 50);
        plan.sampler = Sampler::WithoutReplacement;
        if let Optimiser::Lbfgs(_) = optimiser {
            // A line search does not accept a point at which the loss is not finite.
            let run = trainer(isa, &network, &data, plan).finish();
            assert_ne!(run.ending, Ending::Diverged);
            continue;
        }
        let run = trainer(isa, &network, &data, plan).finish();
        assert_eq!(run.ending, Ending::Diverged, "{}", optimiser.name());
        assert!(run.steps < 50, "{}", optimiser.name());
    }
}

#[test]
fn the_last_step_is_looked_at_too() {
    let (network, isa) = (network(), Isa::best());
    let mut data = Data::new(&network, 12, 1);
    data.inputs.iter_mut().for_each(|x| *x *= 1000.0);
    // The loss before the only step is finite, but the parameters after it are not.
    let run = trainer(
        isa,
        &network,
        &data,
        plan(with_rate(Optimiser::Plain, f32::MAX), 12, 1),
    )
    .finish();
    assert_eq!((run.ending, run.steps), (Ending::Diverged, 1));
    assert!(run.smoothed_loss.is_some());
}

#[test]
fn a_start_that_is_no_number_has_diverged() {
    let (network, isa) = (network(), Isa::best());
    let data = Data::new(&network, 12, 1);
    for (place, rule) in optimisers().into_iter().enumerate() {
        let mut state = start(&network, 1);
        state.parameters[place] = f32::NAN;
        for steps in [0, 3] {
            let plan = plan(rule, 12, steps);
            let trainer = Trainer::new(isa, &network, data.batch(), plan, state.clone());
            let run = trainer.expect("a good plan").finish();
            assert_eq!(run.ending, Ending::Diverged, "{}", rule.optimiser.name());
            assert_eq!(run.smoothed_loss, None);
        }
    }
}

#[test]
fn a_loss_far_above_its_start_has_diverged_before_it_overflows() {
    let (network, isa) = (Network::fnn(&[3, 2]), Isa::best());
    let data = Data::new(&network, 12, 1);
    let mut plan = plan(with_rate(Optimiser::Plain, 4.0), 12, 10_000);
    let overflown = trainer(isa, &network, &data, plan).finish();
    plan.stop.blow_up = Some(1e6);
    let run = trainer(isa, &network, &data, plan).finish();
    assert_eq!([overflown.ending, run.ending], [Ending::Diverged; 2]);
    assert!(run.steps < overflown.steps);
    assert!(run.smoothed_loss.is_some_and(|loss| loss.is_finite()));
}

#[test]
fn lbfgs_stalls_where_nothing_is_lower() {
    let (network, isa) = (Network::fnn(&[3, 2]), Isa::best());
    let mut data = Data::new(&network, 12, 1);
    let state = start(&network, 1);
    let point = state.point(&network, Normalisation::Fixed);
    let mut outputs = Vec::new();
    Pass::new(isa).outputs(&point, &data.batch(), &mut outputs);
    data.targets = outputs;
    let plan = plan(with_rate(Optimiser::Lbfgs(Lbfgs::default()), 1.0), 12, 50);
    let mut trainer = trainer(isa, &network, &data, plan);
    let run = trainer.finish();
    assert_eq!((run.ending, run.steps), (Ending::Stalled, 1));
    assert_eq!(trainer.state(), &state);
}

#[test]
fn a_plan_that_cannot_be_carried_out_leaves_the_state_alone() {
    let (network, isa) = (network(), Isa::best());
    let data = Data::new(&network, 12, 1);
    let adam = Adam {
        beta2: 1.0,
        ..Adam::default()
    };
    let plan = plan(with_rate(Optimiser::Adam(adam), 0.1), 12, 50);
    let mut state = start(&network, 1);
    let before = state.clone();
    let error = train(isa, &network, &mut state, &data.batch(), &plan, |_, _| ());
    assert!(error.expect_err("beta2 is 1").message.contains("beta2"));
    assert_eq!(state, before);
}
