//! Turns the attributes of one struct into one launcher.

use super::common::{COMMON, keep_once, refuse_settings, take_common};
use super::{hooks, session, strategies};
use crate::launcher::model::{
    Bootstrapper, Ending, Fragment, Item, Kind, Kwargs, Name, Overlay, Stack,
};
use crate::launcher::parse;
use crate::problems::{Problems, nearest};
use crate::tokens::{compact, is_type_name};
use proc_macro2::Span;
use syn::ext::IdentExt;

/// Reads all attributes of one item.
pub(crate) fn stack(fragments: &[Fragment], problems: &mut Problems) -> Stack {
    let mut stack = Stack::default();
    for fragment in fragments {
        let check = match fragment.kind {
            Kind::Overlay => overlay,
            Kind::Launcher => no_overlay,
            Kind::WalkStrategy => strategies::walk_strategy,
            Kind::Bootstrapper => bootstrapper,
            Kind::Name => name,
            Kind::After => after,
            Kind::Kwargs => kwargs,
            Kind::SetInSession => hooks::set_in_session,
            Kind::Precondition | Kind::Prepare | Kind::MyPeer | Kind::Finalize => hooks::hook,
        };
        refuse_equals(fragment, problems);
        check(fragment, &mut stack, problems);
    }
    let has_overlay = stack.no_overlay.is_none() || stack.overlay.is_some();
    // Do not report a missing session too: one mistake is one error.
    stack.session_is_unknown |= hooks::has_wrong_finalize(&stack.endings, has_overlay, problems);
    session::find_session(&mut stack, problems);
    match stack.no_overlay {
        Some(span) => without_overlay(span, fragments, &mut stack, problems),
        None => with_overlay(fragments, &stack, problems),
    }
    stack
}

// #[name = "Chat"]
/// Explains rustc's error about an attribute with a value, which reaches the macro all the same.
/// The other attributes refuse such a value anyway.
fn refuse_equals(fragment: &Fragment, problems: &mut Problems) {
    if !matches!(fragment.kind, Kind::Name | Kind::After) {
        return;
    }
    let name = fragment.kind.name();
    let source = fragment.span.source_text().unwrap_or_default();
    let after_name = source.split_once(name).map(|(_, rest)| rest.trim_start());
    if after_name.is_some_and(|rest| rest.starts_with('=')) {
        let message = format!(
            "arguments are in parentheses: write `#[{name}({})]`",
            compact(&fragment.args)
        );
        problems.at(fragment.span, message);
    }
}

/// Checks a stack without `#[launcher]`.
fn with_overlay(fragments: &[Fragment], stack: &Stack, problems: &mut Problems) {
    if let (None, Some(first)) = (&stack.overlay, fragments.first()) {
        let needed = fragments
            .iter()
            .any(|fragment| fragment.kind.needs_overlay());
        let other = match needed {
            true => "",
            false => ", or `#[launcher]` for a launcher without an overlay",
        };
        let message = format!(
            "`#[{}]` needs an `#[overlay]` on the same struct: add `{}`{other}",
            first.kind.name(),
            Kind::Overlay.example()
        );
        problems.at(first.span, message);
    }
}

/// Checks a stack with `#[launcher]`.
fn without_overlay(span: Span, fragments: &[Fragment], stack: &mut Stack, problems: &mut Problems) {
    if stack.overlay.is_some() {
        let message = "the launcher has an overlay: remove `#[launcher]`, which is for launchers \
                       without one";
        problems.at(span, message);
        return;
    }
    for fragment in fragments
        .iter()
        .filter(|fragment| fragment.kind.needs_overlay())
    {
        let message = format!(
            "`#[{}]` needs an overlay, which `#[launcher]` does not have: write `{}` instead of \
             `#[launcher]`",
            fragment.kind.name(),
            Kind::Overlay.example()
        );
        problems.at(fragment.span, message);
    }
    // One mistake is one error.
    stack.strategies.clear();
    stack.bootstrappers.clear();
    stack.kwargs.clear();
    stack.my_peer = None;
    stack
        .endings
        .retain(|ending| matches!(ending, Ending::Hook(_)));
}

/// Checks the rules that need both the attributes and the struct.
pub(crate) fn launcher(stack: &mut Stack, item: &Item, problems: &mut Problems) {
    let Item::Struct { name, .. } = item else {
        return;
    };
    let ident = &name.ident;
    if let Some(Name::Code(code @ syn::Expr::Path(path))) = &stack.name
        && path.path.is_ident(ident)
    {
        let message = format!("the name is a text, or a constant: write `#[name(\"{ident}\")]`");
        problems.over(code, message);
        stack.name = None;
    }
    let own_type = ident.unraw().to_string();
    let own_name = match &stack.name {
        None => Some(own_type.clone()),
        Some(Name::Text(name)) => Some(name.value()),
        Some(_) => None,
    };
    stack.after.retain(|after| {
        let is_own = match after {
            Name::Text(name) => own_name.as_ref() == Some(&name.value()),
            Name::Launcher(path) => path.is_ident("Self") || path.is_ident(ident),
            Name::Code(_) => false,
        };
        if is_own {
            let message = format!(
                "`{}` is this launcher itself: it cannot start after itself",
                after.shown()
            );
            problems.over(after, message);
        }
        !is_own
    });
}

fn no_overlay(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let settings = parse::no_argument(fragment, problems);
    refuse_settings(fragment.kind, settings, stack, problems);
    if stack.no_overlay.replace(fragment.span).is_some() {
        problems.at(
            fragment.span,
            "the struct already has `#[launcher]`: remove this one",
        );
    }
}

fn overlay(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let arguments = parse::type_arguments(fragment, problems);
    stack.quoted |= arguments.quoted;
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
        None if is_type_name(key) => {
            format!("{takes}: a strategy has an attribute of its own, `#[walk_strategy({key})]`")
        }
        Some(known) => format!("unknown argument `{key}`: did you mean `{known}`? {takes}"),
        None => format!(
            "unknown argument `{key}`: {takes}; options of a strategy belong in its `#[walk_strategy]`"
        ),
    }
}

fn bootstrapper(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let arguments = parse::type_arguments(fragment, problems);
    stack.quoted |= arguments.quoted;
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
            let (first, second) = (first.shown(), second.shown());
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
            format!("expected launchers: write `{example}`"),
        );
    }
    for name in arguments.names {
        let mut listed = stack.after.iter();
        match listed.any(|first| first.shown() == name.shown()) {
            true => problems.over(
                &name,
                format!("`{}` is already listed: remove it here", name.shown()),
            ),
            false => stack.after.push(name),
        }
    }
}
