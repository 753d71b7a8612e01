//! Random values of settings, options, conditions and effects, in both languages.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use crate::loader::model::{Code, SessionKind};

/// What an expression can use.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) session: Option<SessionKind>,
    pub(super) has_fields: bool,
}

const WORDS: [&str; 6] = ["amber", "blue", "cyan", "deep red", "e-grey", ""];

fn word(rng: &mut StdRng) -> &'static str {
    WORDS.choose(rng).unwrap_or(&"")
}

/// Returns `concat!` of the two halves of a text.
pub(super) fn concat(text: &str, rng: &mut StdRng) -> String {
    let (start, end) = text.split_at(rng.random_range(0..=text.len()));
    format!("concat!({start:?}, {end:?})")
}

/// Returns a setting of the mocked community with a value.
pub(super) fn setting(name: &'static str, scope: Scope, rng: &mut StdRng) -> Code {
    let known = scope.session.filter(|_| rng.random_bool(0.7));
    match (name, known.map(SessionKind::python)) {
        ("size", Some(session)) => session_number(session, scope, rng),
        ("size", None) if scope.has_fields => Code::same("self.size * 2 + 1"),
        ("label", Some(session)) if scope.has_fields => Code::new(
            "format!(\"{}-{}\", session.label, self.size)",
            format!("f'{{session.{session}_label}}-{{self.size}}'"),
        ),
        ("label", Some(session)) => {
            Code::new("session.label.clone()", format!("session.{session}_label"))
        }
        ("ratio", Some(session)) => Code::new(
            "f64::from(session.count) / 2.0",
            format!("session.{session}_count / 2"),
        ),
        ("on", Some(session)) => Code::new("!session.flag", format!("not session.{session}_flag")),
        ("list", Some(session)) => Code::new(
            "vec![session.count; 2]",
            format!("[session.{session}_count] * 2"),
        ),
        (name, _) => constant(kind_of(name), rng),
    }
}

fn session_number(session: &str, scope: Scope, rng: &mut StdRng) -> Code {
    let factor = rng.random_range(1..9);
    match rng.random_range(0..4) {
        // Fails unless a launcher before this one set it.
        0 if rng.random_bool(0.3) => Code::new(
            "session.stock.unwrap() + 1",
            format!("session.{session}_stock + 1"),
        ),
        1 if scope.has_fields => Code::new(
            "session.count + self.size",
            format!("session.{session}_count + self.size"),
        ),
        _ => Code::new(
            format!("session.count * {factor}"),
            format!("session.{session}_count * {factor}"),
        ),
    }
}

fn kind_of(setting: &str) -> &'static str {
    match setting {
        "size" | "port" => "number",
        "label" | "host" => "text",
        "ratio" | "pause" => "real",
        "on" | "eager" => "bool",
        _ => "list",
    }
}

/// Returns an option of a strategy or bootstrapper with a value.
pub(super) fn option(name: &'static str, rng: &mut StdRng) -> Code {
    constant(kind_of(name), rng)
}

fn constant(kind: &str, rng: &mut StdRng) -> Code {
    let number = rng.random_range(-5..50);
    match kind {
        "number" if rng.random_bool(0.3) => Code::same(format!("{number} + 7 * 3")),
        "number" => Code::same(number),
        "text" => {
            let word = word(rng);
            Code::new(format!("{word:?}.to_owned()"), format!("{word:?}"))
        }
        "real" => Code::same(
            ["0.5", "2.25", "3.0", "-1.0", "0.125"]
                .choose(rng)
                .unwrap_or(&"0.0"),
        ),
        "bool" => match rng.random() {
            true => Code::new("true", "True"),
            false => Code::new("false", "False"),
        },
        _ => Code::new(format!("vec![1, {number}]"), format!("[1, {number}]")),
    }
}

/// Returns the target of a strategy.
pub(super) fn target(rng: &mut StdRng) -> Code {
    let targets = ["-1", "-1", "0", "1", "20", "2 + 3", "2147483647"];
    Code::same(targets.choose(rng).unwrap_or(&"-1"))
}

/// Returns a condition. It reads nothing that a hook changes: py-ipv8 asks again and again, and a
/// launch here once.
pub(super) fn condition(scope: Scope, rng: &mut StdRng) -> Code {
    let known = scope.session.map(SessionKind::python);
    match (rng.random_range(0..6), known) {
        (0..2, Some(session)) => Code::new("session.flag", format!("session.{session}_flag")),
        (2..4, Some(session)) => {
            let level = rng.random_range(0..7);
            Code::new(
                format!("session.level > {level}"),
                format!("session.{session}_level > {level}"),
            )
        }
        (4, Some(session)) if scope.has_fields => Code::new(
            "self.on || session.flag",
            format!("self.on or session.{session}_flag"),
        ),
        (5, _) if scope.has_fields => Code::same("self.size > 3"),
        _ => match rng.random_bool(0.8) {
            true => Code::new("true", "True"),
            false => Code::new("false", "False"),
        },
    }
}

/// Returns a change of the session by a hook.
pub(super) fn effect(session: SessionKind, rng: &mut StdRng) -> Code {
    let (prefix, number) = (session.python(), rng.random_range(1..9));
    match rng.random_range(0..4) {
        0 => Code::new(
            format!("session.stock = Some({number})"),
            format!("session.{prefix}_stock = {number}"),
        ),
        1 => Code::new(
            format!("session.label.push_str(\"{number}\")"),
            format!("session.{prefix}_label += \"{number}\""),
        ),
        2 => Code::new(
            "session.count = 100 - session.count",
            format!("session.{prefix}_count = 100 - session.{prefix}_count"),
        ),
        _ => Code::new(
            format!("session.count += {number}"),
            format!("session.{prefix}_count += {number}"),
        ),
    }
}
