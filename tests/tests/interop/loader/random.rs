//! Makes random sets of launchers.

mod launcher;
mod values;

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};

use super::model::{Attribute, Code, Form, Launcher, LauncherSet, Session, SessionKind};

/// How many launchers a set has.
const SIZES: std::ops::RangeInclusive<usize> = 1..=9;

/// Returns `count` sets, which follow from the seed.
pub(super) fn sets(seed: u64, count: usize) -> Vec<LauncherSet> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..count).map(|number| set(number, &mut rng)).collect()
}

fn set(number: usize, rng: &mut StdRng) -> LauncherSet {
    let mut made = LauncherSet {
        number,
        launchers: Vec::new(),
        sessions: sessions(rng),
        cycles: Vec::new(),
        unknown: Vec::new(),
        added: Vec::new(),
    };
    let size = rng.random_range(SIZES);
    let is_failing = rng.random_bool(0.3);
    let kinds: Vec<SessionKind> = made.sessions.iter().map(|session| session.kind).collect();
    for community in 0..size {
        let community = u8::try_from(community).unwrap_or(0);
        made.launchers
            .push(launcher::launcher(community, &kinds, is_failing, rng));
    }
    add_twins(&mut made, rng);
    add_order(&mut made, rng);
    for launcher in &mut made.launchers {
        launcher.attributes.shuffle(rng);
        number_hooks(launcher);
        launcher.carrier = carrier(launcher, rng);
    }
    made.added = (0..size).collect();
    made.added.shuffle(rng);
    made
}

fn sessions(rng: &mut StdRng) -> Vec<Session> {
    let kinds: &[SessionKind] = match rng.random_range(0..10) {
        0 => &[],
        1..4 => &[SessionKind::Alpha],
        4..6 => &[SessionKind::Beta],
        _ => &[SessionKind::Beta, SessionKind::Alpha],
    };
    let made = kinds.iter().map(|kind| Session {
        kind: *kind,
        flag: rng.random(),
        level: rng.random_range(1..=9),
        count: rng.random_range(-9..100),
        label: ["north", "south", "a b", ""].choose(rng).unwrap_or(&""),
    });
    made.collect()
}

/// Sometimes gives two launchers one community, and opposite conditions.
fn add_twins(set: &mut LauncherSet, rng: &mut StdRng) {
    let Some(session) = set.sessions.choose(rng).filter(|_| rng.random_bool(0.3)) else {
        return;
    };
    let (kind, prefix) = (session.kind, session.kind.python());
    let mut alike = set
        .launchers
        .iter_mut()
        .filter(|launcher| launcher.session == Some(kind) && launcher.community.is_some());
    let (Some(first), Some(second)) = (alike.next(), alike.next()) else {
        return;
    };
    second.community = first.community;
    let flag = Code::new("session.flag", format!("session.{prefix}_flag"));
    let other = Code::new("!session.flag", format!("not session.{prefix}_flag"));
    first
        .attributes
        .push(Attribute::Precondition(Form::TypedClosure, flag));
    second
        .attributes
        .push(Attribute::Precondition(Form::TypedClosure, other));
}

/// Adds `after`. Its paths lead from later launchers of a random order to earlier ones, because the
/// compiler refuses a cycle of paths.
fn add_order(set: &mut LauncherSet, rng: &mut StdRng) {
    let mut order: Vec<usize> = (0..set.launchers.len()).collect();
    order.shuffle(rng);
    for place in 1..order.len() {
        let count = [0, 0, 1, 1, 2, 3].choose(rng).copied().unwrap_or(0);
        let earlier: Vec<usize> = order[..place].sample(rng, count).copied().collect();
        add_after(set, order[place], &earlier, rng);
    }
    if order.len() > 1 && rng.random_bool(0.1) {
        order.truncate(rng.random_range(2..=order.len()));
        let (first, last) = (&order[0], &order[order.len() - 1]);
        let names = [*first, *last].map(|index| set.launchers[index].name.clone());
        add_text(&mut set.launchers[*first], &names[1]);
        add_chain(set, &order, rng);
        set.cycles.push(names);
    }
    if rng.random_bool(0.07) {
        let index = rng.random_range(0..set.launchers.len());
        let launcher = &mut set.launchers[index];
        add_text(launcher, "Missing");
        set.unknown
            .push([launcher.name.clone(), "Missing".to_owned()]);
    }
}

/// Makes each launcher of the order wait for the one before it, so that one more `after` closes a
/// cycle.
fn add_chain(set: &mut LauncherSet, order: &[usize], rng: &mut StdRng) {
    for pair in order.windows(2) {
        let known = names_after(&set.launchers[pair[1]]);
        if !known.contains(&set.launchers[pair[0]].name) {
            add_after(set, pair[1], &pair[..1], rng);
        }
    }
}

/// Returns the launchers that one waits for.
fn names_after(launcher: &Launcher) -> Vec<String> {
    let after = launcher
        .attributes
        .iter()
        .filter_map(|attribute| match attribute {
            Attribute::After(names) => Some(names),
            _ => None,
        });
    let names = after
        .flatten()
        .map(|name| name.python.trim_matches('"').to_owned());
    names.collect()
}

fn add_text(launcher: &mut Launcher, name: &str) {
    let text = Code::same(format!("{name:?}"));
    launcher.attributes.push(Attribute::After(vec![text]));
}

/// Makes a launcher wait for others, in one attribute or in several.
fn add_after(set: &mut LauncherSet, of: usize, others: &[usize], rng: &mut StdRng) {
    let mut names: Vec<Code> = Vec::new();
    for other in others {
        let Launcher {
            name, type_name, ..
        } = &set.launchers[*other];
        let python = format!("{name:?}");
        let rust = match rng.random_range(0..4) {
            0 => values::concat(name, rng),
            1 => python.clone(),
            _ => type_name.clone(),
        };
        names.push(Code::new(rust, python));
    }
    while !names.is_empty() {
        let count = rng.random_range(1..=names.len());
        let group = names.drain(..count).collect();
        set.launchers[of].attributes.push(Attribute::After(group));
    }
}

/// Numbers the hooks of each kind in the order written.
fn number_hooks(launcher: &mut Launcher) {
    let (mut prepare, mut finalize) = (0.., 0..);
    for attribute in &mut launcher.attributes {
        match attribute {
            Attribute::Prepare(hook) => hook.number = prepare.next().unwrap_or(0),
            Attribute::Finalize(hook) => hook.number = finalize.next().unwrap_or(0),
            _ => {}
        }
    }
}

/// Chooses the attribute that names the session's type. A typed closure may do that instead.
fn carrier(launcher: &Launcher, rng: &mut StdRng) -> Option<usize> {
    let mut is_typed = false;
    let mut carriers = Vec::new();
    for (index, attribute) in launcher.attributes.iter().enumerate() {
        let form = match attribute {
            Attribute::Prepare(hook) | Attribute::Finalize(hook) => Some(hook.form),
            Attribute::Precondition(form, _) => Some(*form),
            _ => None,
        };
        is_typed |= form == Some(Form::TypedClosure);
        if !matches!(
            attribute,
            Attribute::Overlay { .. } | Attribute::Name(..) | Attribute::After(_)
        ) {
            carriers.push(index);
        }
    }
    let carrier = carriers.choose(rng).copied();
    carrier.filter(|_| !is_typed || rng.random())
}
