//! Makes one random launcher, without what it waits for.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::values::{self, Scope};
use crate::loader::model::{Attribute, Code, End, Form, Hook, Launcher, Part, SessionKind};

const FORMS: [Form; 4] = [
    Form::Closure,
    Form::TypedClosure,
    Form::AsyncClosure,
    Form::Function,
];
const SETTINGS: [&str; 5] = ["size", "label", "ratio", "on", "list"];
const STRATEGIES: [(&str, &[&str]); 3] = [
    ("Walk", &["size", "pause", "label"]),
    ("Roam", &["hops", "eager"]),
    ("Rest", &[]),
];
const BOOTSTRAPPERS: [(&str, &[&str]); 2] =
    [("Beacon", &["host", "port"]), ("Harbour", &["eager"])];
const WORDS: [&str; 8] = [
    "Zebra", "Otter", "Lynx", "Heron", "Badger", "Adder", "Wren", "Mole",
];

/// Makes the launcher with this number. `may_fail`: it belongs to a set with failing hooks.
pub(super) fn launcher(
    number: u8,
    sessions: &[SessionKind],
    may_fail: bool,
    rng: &mut StdRng,
) -> Launcher {
    let word = WORDS.choose(rng).unwrap_or(&"Wren");
    let type_name = format!("{word}{number}");
    let is_component = rng.random_bool(0.2);
    let fields = rng
        .random_bool(0.3)
        .then(|| (rng.random(), rng.random_range(0..9)));
    let mut made = Launcher {
        name: type_name.clone(),
        type_name,
        community: (!is_component).then_some(number),
        session: sessions
            .choose(rng)
            .copied()
            .filter(|_| rng.random_bool(0.75)),
        fields,
        attributes: Vec::new(),
        carrier: None,
    };
    let scope = Scope {
        session: made.session,
        has_fields: fields.is_some(),
    };
    add_name(&mut made, rng);
    for _ in 0..some(&[0, 0, 1, 2], rng) {
        let test = values::condition(scope, rng);
        made.attributes
            .push(Attribute::Precondition(form(rng, scope, true), test));
    }
    match is_component {
        true => made.attributes.push(Attribute::Launcher),
        false => add_overlay(&mut made, scope, rng),
    }
    add_hooks(&mut made, scope, rng);
    if may_fail && rng.random_bool(0.25) {
        add_failure(&mut made, scope, rng);
    }
    made
}

fn some(counts: &[usize], rng: &mut StdRng) -> usize {
    counts.choose(rng).copied().unwrap_or(0)
}

/// Returns the form of a hook or condition. Code that uses the launcher's fields must be a
/// closure, because a function cannot see them.
fn form(rng: &mut StdRng, scope: Scope, uses_fields: bool) -> Form {
    let form = FORMS.choose(rng).copied().unwrap_or(Form::Closure);
    match form {
        Form::Function if uses_fields && scope.has_fields => Form::Closure,
        Form::AsyncClosure if uses_fields => Form::Closure,
        form => form,
    }
}

fn add_name(launcher: &mut Launcher, rng: &mut StdRng) {
    if rng.random_bool(0.5) {
        return;
    }
    let name = format!("The {}", launcher.type_name);
    let python = format!("{name:?}");
    let (rust, constant) = match rng.random_range(0..3) {
        0 => (python.clone(), None),
        1 => (values::concat(&name, rng), None),
        _ => {
            let constant = format!("NAME_OF_{}", launcher.type_name.to_uppercase());
            (constant, Some(name.clone()))
        }
    };
    launcher.name = name;
    let name = Attribute::Name(Code::new(rust, python), constant);
    launcher.attributes.push(name);
}

fn add_overlay(launcher: &mut Launcher, scope: Scope, rng: &mut StdRng) {
    let attributes = &mut launcher.attributes;
    attributes.push(Attribute::Overlay {
        as_text: rng.random(),
    });
    for _ in 0..some(&[0, 1, 1, 2], rng) {
        let count = rng.random_range(1..=3);
        let names: Vec<&str> = SETTINGS.sample(rng, count).copied().collect();
        let settings = names
            .into_iter()
            .map(|name| (name, values::setting(name, scope, rng)));
        attributes.push(Attribute::Kwargs(settings.collect()));
    }
    for _ in 0..some(&[0, 1, 1, 2, 4], rng) {
        let mut strategy = part(&STRATEGIES, rng);
        if rng.random_bool(0.8) {
            let place = rng.random_range(0..=strategy.options.len());
            strategy.target = Some((place, values::target(rng)));
        }
        attributes.push(Attribute::Strategy(strategy));
    }
    for _ in 0..some(&[0, 0, 1, 2], rng) {
        attributes.push(Attribute::Bootstrapper(part(&BOOTSTRAPPERS, rng)));
    }
    if rng.random_bool(0.25) {
        let number = rng.random_range(1..10);
        let key = match (rng.random_range(0..3), scope.session) {
            (0, Some(session)) => Code::new(
                "key(session.level)",
                format!("key(session.{}_level)", session.python()),
            ),
            (1, _) => Code::new(format!("Some(key({number}))"), format!("key({number})")),
            _ => Code::same(format!("key({number})")),
        };
        attributes.push(Attribute::MyPeer(key));
    }
    if scope.session.is_some() {
        let fields: &[&str] = match rng.random_range(0..4) {
            0 => &["of", "again"],
            1 | 2 => &["of"],
            _ => &[],
        };
        attributes.extend(fields.iter().map(|field| Attribute::SetInSession(field)));
    }
}

fn part(kinds: &[(&'static str, &[&'static str])], rng: &mut StdRng) -> Part {
    let (name, options) = kinds.choose(rng).copied().unwrap_or(("Rest", &[]));
    let count = rng.random_range(0..=options.len());
    let names: Vec<&str> = options.sample(rng, count).copied().collect();
    let options = names
        .into_iter()
        .map(|name| (name, values::option(name, rng)));
    let options = options.collect();
    Part {
        name,
        as_text: rng.random(),
        options,
        target: None,
    }
}

fn add_hooks(launcher: &mut Launcher, scope: Scope, rng: &mut StdRng) {
    for _ in 0..some(&[0, 1, 1, 2], rng) {
        let hook = hook(scope, rng);
        launcher.attributes.push(Attribute::Prepare(hook));
    }
    for _ in 0..some(&[0, 1, 1, 2], rng) {
        let mut hook = hook(scope, rng);
        let waits = matches!(hook.form, Form::AsyncClosure | Form::Function);
        hook.asks = waits && launcher.community.is_some() && rng.random();
        launcher.attributes.push(Attribute::Finalize(hook));
    }
}

fn hook(scope: Scope, rng: &mut StdRng) -> Hook {
    let count = some(&[0, 1, 1, 2], rng);
    let effects = scope.session.map(|session| {
        let effects = (0..count).map(|_| values::effect(session, rng));
        effects.collect()
    });
    Hook {
        form: form(rng, scope, false),
        number: 0,
        effects: effects.unwrap_or_default(),
        end: End::Fine,
        asks: false,
    }
}

/// Makes one of the launcher's hooks, its constructor or its settings fail.
fn add_failure(launcher: &mut Launcher, scope: Scope, rng: &mut StdRng) {
    let end = [End::Error, End::Panic][usize::from(rng.random::<bool>())];
    let failing = Hook {
        end,
        ..hook(scope, rng)
    };
    let last = if launcher.community.is_some() { 4 } else { 2 };
    let failure = match (rng.random_range(0..last), end) {
        (0, _) => Attribute::Prepare(failing),
        (1, _) => Attribute::Finalize(failing),
        (2, End::Error) => refusing("error"),
        (2, _) => refusing("panic"),
        _ => Attribute::Kwargs(vec![("size", Code::new("refuse()", "1 // 0"))]),
    };
    launcher.attributes.push(failure);
}

/// Makes the constructor of the community refuse.
fn refusing(how: &str) -> Attribute {
    let how = Code::new(format!("{how:?}.to_owned()"), format!("{how:?}"));
    Attribute::Kwargs(vec![("refuse", how)])
}
