//! The rules of the attributes that run the user's code: `#[precondition]`, `#[prepare]`,
//! `#[my_peer]`, `#[finalize]` and `#[set_in_session]`.

use super::common::refuse_settings;
use crate::launcher::model::{Call, Ending, Fragment, Hook, Kind, Stack};
use crate::launcher::parse;
use crate::problems::Problems;

pub(super) fn hook(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let kind = fragment.kind;
    let read = |input: syn::parse::ParseStream<'_>| parse::hook(input, kind);
    let (call, settings) = parse::one_and_settings(fragment, problems, read);
    refuse_settings(kind, settings, stack, problems);
    let Some(call) = call else { return };
    let hook = Hook {
        span: fragment.span,
        call,
    };
    match kind {
        Kind::Precondition => stack.preconditions.push(hook),
        Kind::Prepare => stack.prepare.push(hook),
        Kind::Finalize => stack.endings.push(Ending::Hook(hook)),
        _ if stack.my_peer.is_some() => {
            let message = "the launcher already has a `#[my_peer]`: an overlay has one key";
            problems.at(fragment.span, message);
        }
        _ => stack.my_peer = Some(hook),
    }
}

/// Reports the closures of `#[finalize]` with a wrong number of parameters. Returns `true` if there
/// is one.
pub(super) fn has_wrong_finalize(
    endings: &[Ending],
    has_overlay: bool,
    problems: &mut Problems,
) -> bool {
    let before = problems.len();
    let wanted = if has_overlay { 3 } else { 2 };
    for ending in endings {
        if let Ending::Hook(Hook {
            call: Call::Closure(closure),
            ..
        }) = ending
            && closure.inputs.len() != wanted
        {
            let message = match has_overlay {
                true => format!(
                    "the closure of `#[finalize]` takes `|ipv8, session, overlay|`: write `{}`",
                    Kind::Finalize.example()
                ),
                false => "the closure of `#[finalize]` takes `|ipv8, session|` in a launcher \
                          without an overlay: remove the third parameter"
                    .to_owned(),
            };
            problems.over(parse::parameters(closure), message);
        }
    }
    problems.len() > before
}

pub(super) fn set_in_session(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let (field, settings) = parse::one_and_settings(fragment, problems, parse::field);
    refuse_settings(fragment.kind, settings, stack, problems);
    if let Some(field) = field {
        let span = fragment.span;
        stack.endings.push(Ending::SetInSession { span, field });
    }
}
