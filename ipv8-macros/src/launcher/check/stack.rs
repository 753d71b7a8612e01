//! Turns the attributes of one struct into one launcher.

use super::common::{COMMON, keep_once, refuse_settings, take_common};
use super::{hooks, session, strategies};
use crate::launcher::model::{Bootstrapper, Fragment, Item, Kind, Kwargs, Overlay, Stack};
use crate::launcher::parse;
use crate::problems::{Problems, nearest};
use crate::tokens::compact;
use syn::LitStr;
use syn::ext::IdentExt;

/// Reads all attributes of one item.
pub(crate) fn stack(fragments: &[Fragment], problems: &mut Problems) -> Stack {
    let mut stack = Stack::default();
    for fragment in fragments {
        let check = match fragment.kind {
            Kind::Overlay => overlay,
            Kind::WalkStrategy => strategies::walk_strategy,
            Kind::Bootstrapper => bootstrapper,
            Kind::Name => name,
            Kind::After => after,
            Kind::Kwargs => kwargs,
            Kind::SetInSession => hooks::set_in_session,
            Kind::Precondition | Kind::Prepare | Kind::MyPeer | Kind::Finalize => hooks::hook,
        };
        check(fragment, &mut stack, problems);
    }
    session::find_session(&mut stack, problems);
    if let (None, Some(first)) = (&stack.overlay, fragments.first()) {
        let message = format!(
            "`#[{}]` needs an `#[overlay]` on the same struct: add `{}`",
            first.kind.name(),
            Kind::Overlay.example()
        );
        problems.at(first.span, message);
    }
    stack
}

/// Checks the rules that need both the attributes and the struct.
pub(crate) fn launcher(stack: &Stack, item: &Item, problems: &mut Problems) {
    let Item::Struct { ident, .. } = item else {
        return;
    };
    let own = stack
        .name
        .as_ref()
        .map_or_else(|| ident.unraw().to_string(), LitStr::value);
    for name in stack.after.iter().filter(|name| name.value() == own) {
        problems.over(
            name,
            format!("`{own}` is this launcher itself: it cannot start after itself"),
        );
    }
}

fn overlay(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let arguments = parse::type_arguments(fragment, problems);
    for setting in arguments.settings {
        if let Some((key, _)) = take_common(setting, stack, problems) {
            problems.at(key.span(), unknown_in_overlay(&key.to_string()));
        }
    }
    match &mut stack.overlay {
        None => {
            stack.overlay = Some(Overlay {
                span: fragment.span,
                community: arguments.ty,
            })
        }
        Some(first) => {
            let which = first
                .community
                .as_ref()
                .map_or_else(|| "one above".to_owned(), |ty| format!("`{}`", compact(ty)));
            let message = format!(
                "the launcher already has the overlay {which}: remove this one, or move it to another struct"
            );
            problems.at(fragment.span, message);
            first.community = first.community.take().or(arguments.ty);
        }
    }
}

fn unknown_in_overlay(key: &str) -> String {
    let takes = "`#[overlay]` takes a community and `crate = path`";
    match nearest(key, &COMMON) {
        Some(known) => format!("unknown argument `{key}`: did you mean `{known}`? {takes}"),
        None => format!(
            "unknown argument `{key}`: {takes}; options of a strategy belong in its `#[walk_strategy]`"
        ),
    }
}

fn bootstrapper(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let arguments = parse::type_arguments(fragment, problems);
    let mut options = Vec::new();
    for setting in arguments.settings {
        if let Some((key, value)) = take_common(setting, stack, problems) {
            keep_once(key, value, &mut options, problems);
        }
    }
    if let Some(bootstrapper) = arguments.ty {
        stack.bootstrappers.push(Bootstrapper {
            span: fragment.span,
            bootstrapper,
            options,
        });
    }
}

fn kwargs(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let mut settings = Vec::new();
    for setting in parse::kwargs_arguments(fragment, problems) {
        if let Some((key, value)) = take_common(setting, stack, problems) {
            keep_once(key, value, &mut settings, problems);
        }
    }
    stack.kwargs.push(Kwargs {
        span: fragment.span,
        settings,
    });
}

fn name(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let before = problems.len();
    let arguments = parse::name_arguments(fragment, problems);
    refuse_settings(fragment.kind, arguments.settings, stack, problems);
    let mut names = arguments.names.into_iter();
    match (names.next(), &stack.name) {
        (Some(second), Some(first)) => {
            let (first, second) = (first.value(), second.value());
            let message = format!("the launcher is already named `{first}`: remove `{second}`");
            problems.at(fragment.span, message);
        }
        (Some(first), None) => stack.name = Some(first),
        (None, _) if problems.len() == before => {
            let message = format!("expected a name: write `{}`", Kind::Name.example());
            problems.at(fragment.span, message);
        }
        (None, _) => {}
    }
    for further in names {
        problems.over(further, "a launcher has one name: remove this one");
    }
}

fn after(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let before = problems.len();
    let arguments = parse::name_arguments(fragment, problems);
    refuse_settings(fragment.kind, arguments.settings, stack, problems);
    if arguments.names.is_empty() && problems.len() == before {
        let example = Kind::After.example();
        problems.at(
            fragment.span,
            format!("expected names of launchers: write `{example}`"),
        );
    }
    for name in arguments.names {
        let mut listed = stack.after.iter();
        match listed.any(|first| first.value() == name.value()) {
            true => problems.over(
                &name,
                format!("`{}` is already listed: remove it here", name.value()),
            ),
            false => stack.after.push(name),
        }
    }
}
