//! The rules of settings, which several attributes share.

use crate::launcher::model::{Kind, Setting, Stack, Value};
use crate::problems::{Problems, nearest};
use crate::tokens::compact;
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Expr, Path, Type};

/// The settings of every attribute.
pub(super) const COMMON: [&str; 2] = ["crate", "session"];

/// Checks the settings of an attribute that takes only those of every attribute.
pub(super) fn refuse_settings(
    kind: Kind,
    settings: Vec<Setting>,
    stack: &mut Stack,
    problems: &mut Problems,
) {
    for setting in settings {
        if let Some((key, _)) = take_common(setting, stack, problems) {
            let meant = nearest(&key.to_string(), &COMMON);
            // Do not report a missing session too: one mistake is one error.
            stack.session_is_unknown |= meant == Some("session");
            let hint = meant.map_or_else(String::new, |known| format!(" did you mean `{known}`?"));
            let (name, subject) = (kind.name(), kind.subject());
            let quoted = match kind {
                Kind::Launcher => {
                    let message = format!(
                        "unknown argument `{key}`:{hint} `#[launcher]` takes `session = Type` and \
                         `crate = path`"
                    );
                    problems.at(key.span(), message);
                    continue;
                }
                Kind::Name | Kind::After => " and `crate = path`",
                _ => ", `session = Type` and `crate = path`",
            };
            let message =
                format!("unknown argument `{key}`:{hint} `#[{name}]` takes a {subject}{quoted}");
            problems.at(key.span(), message);
        }
    }
}

/// Stores a `crate = path` or a `session = Type` for the whole stack. Returns any other setting.
pub(super) fn take_common(
    setting: Setting,
    stack: &mut Stack,
    problems: &mut Problems,
) -> Option<(Ident, Expr)> {
    match setting.value {
        Value::Expr(value) => return Some((setting.key, value)),
        Value::Path(path) => take_crate(path, stack, problems),
        Value::QuotedSession(text) => {
            let message = "the type of the session has no quotes: write `session = MySession`";
            problems.over(text, message);
            stack.session_is_unknown = true;
        }
        Value::UnknownSession => stack.session_is_unknown = true,
        Value::Session(ty) => take_session(ty, stack, problems),
    }
    None
}

fn take_crate(path: Path, stack: &mut Stack, problems: &mut Problems) {
    match &stack.krate {
        Some(first) if compact(first) != compact(&path) => {
            let message = format!(
                "the struct already has `crate = {}`: name one crate",
                compact(first)
            );
            problems.over(&path, message);
        }
        _ => stack.krate = Some(path),
    }
}

fn take_session(ty: Type, stack: &mut Stack, problems: &mut Problems) {
    match &stack.session {
        Some(first) if compact(first) != compact(&ty) => {
            let message = format!(
                "the struct already has `session = {}`: a launcher has one session",
                compact(first)
            );
            problems.over(&ty, message);
        }
        _ => stack.session = Some(ty),
    }
}

/// Stores the value of a field. Reports a key that one attribute has twice.
pub(super) fn keep_once(
    key: Ident,
    value: Expr,
    kept: &mut Vec<(Ident, Expr)>,
    problems: &mut Problems,
) {
    match kept.iter().find(|(other, _)| other.unraw() == key.unraw()) {
        Some((_, first)) => repeated(&key, first, problems),
        None => kept.push((key, value)),
    }
}

/// Reports a key that one attribute has twice.
pub(super) fn repeated(key: &Ident, first: &Expr, problems: &mut Problems) {
    problems.at(
        key.span(),
        format!(
            "`{key}` is given twice: the first is `{key} = {}`",
            compact(first)
        ),
    );
}
