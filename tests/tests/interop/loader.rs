//! Random sets of launchers, written with our attributes and with the decorators of py-ipv8's
//! `loader.py`: both launch them in the same order and with the same effects.
//!
//! Each set has 1 to 9 launchers in one order of the source, which is the order of insertion in
//! Python. Decorators apply from the bottom up, so the Python text has them in the reverse order.
//! For launchers without an overlay, the Python loader is a subclass that skips the overlay if
//! `get_overlay_class` returns `None`. Where Rust has two types of session, Python has one session
//! with two groups of attributes.
//!
//! Both programs print a line for each hook, overlay, strategy, bootstrapper, field of a session
//! that is set, failure and first step of a strategy, and finally the order, the overlays and the
//! sessions. The lines must be the same but for two deliberate differences:
//!
//! - A cycle, or an `after` that names no launcher, starts nothing here. Python launches all
//!   launchers outside the cycle and then fails, and ignores an unknown name.
//! - An error ends the launch here and undoes it. In Python the overlays launched so far stay.
//!
//! The sets avoid three things that are known to differ (`ipv8_core::launch`): no hook changes what
//! a condition reads, because Python asks again and again; no two launchers of a set have one name;
//! and the key of an overlay is shown only if a launcher chose it.
//!
//! The first run builds `ipv8-core` once more, for the generated programs; later runs only build
//! these. `IPV8_INTEROP_SEED` replaces the seed.

mod compare;
mod model;
mod programs;
mod random;
mod to_python;
mod to_rust;

use ipv8_tests::python::PythonNeighbour;

const SETS: usize = 200;
const SEED: u64 = 20_261_201;

#[test]
fn launchers_do_what_those_of_the_reference_do() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let given = std::env::var("IPV8_INTEROP_SEED");
    let seed = given.map_or(SEED, |seed| seed.parse().expect("a seed is a number"));
    println!("seed {seed}");
    let sets = random::sets(seed, SETS);
    let theirs = programs::run_python(python, &to_python::module(&sets), SETS);
    let halves = sets.chunks(SETS.div_ceil(2)).map(to_rust::program);
    let ours = programs::run_rust(&halves.collect::<Vec<_>>(), SETS);
    let mut seen = compare::Seen::default();
    let mut wrong = Vec::new();
    for ((set, ours), theirs) in sets.iter().zip(&ours).zip(&theirs) {
        wrong.extend(compare::compare(set, ours, theirs, &mut seen));
    }
    println!("{seen:?}");
    assert!(
        wrong.is_empty(),
        "seed {seed}: {} of {SETS} sets differ; the first of them:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    seen.assert_enough();
}
