//! The rules of a stack: from single attributes to one launcher, with every breach reported.

use crate::launcher::hooks;
use crate::launcher::model::{
    Bootstrapper, Fragment, Item, Kind, Kwargs, Overlay, Setting, Stack, Strategy, Value,
};
use crate::launcher::parse::{self, compact};
use crate::problems::{Problems, nearest};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::{Expr, Lit, LitStr};

/// The arguments of `#[walk_strategy]` that an option may look like.
const RESERVED: [&str; 2] = ["target_peers", "crate"];

/// What every attribute takes.
const COMMON: [&str; 2] = ["crate", "session"];

/// Reads all attributes of one item.
pub(crate) fn stack(fragments: &[Fragment], problems: &mut Problems) -> Stack {
    let mut stack = Stack::default();
    for fragment in fragments {
        match fragment.kind {
            Kind::Overlay => overlay(fragment, &mut stack, problems),
            Kind::WalkStrategy => walk_strategy(fragment, &mut stack, problems),
            Kind::Bootstrapper => bootstrapper(fragment, &mut stack, problems),
            Kind::Name => name(fragment, &mut stack, problems),
            Kind::After => after(fragment, &mut stack, problems),
            Kind::Kwargs => kwargs(fragment, &mut stack, problems),
            Kind::SetInSession => hooks::set_in_session(fragment, &mut stack, problems),
            Kind::Precondition | Kind::Prepare | Kind::MyPeer | Kind::Finalize => {
                hooks::hook(fragment, &mut stack, problems);
            }
        }
    }
    hooks::find_session(&mut stack, problems);
    if let (None, Some(first)) = (&stack.overlay, fragments.first()) {
        let message = format!(
            "`#[{}]` needs an `#[overlay]` on the same struct: write `{}` beside it",
            first.kind.name(),
            Kind::Overlay.example()
        );
        problems.at(first.span, message);
    }
    stack
}

/// Rules that need both the attributes and the struct.
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
                "the launcher has the overlay {which} already: remove this one, or give it a struct of its own"
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
            "unknown argument `{key}`: {takes}; options of a strategy stand in its `#[walk_strategy]`"
        ),
    }
}

fn walk_strategy(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let arguments = parse::type_arguments(fragment, problems);
    let mut target_peers: Option<Expr> = None;
    let mut options: Vec<(Ident, Expr)> = Vec::new();
    for setting in arguments.settings {
        let Some((key, value)) = take_common(setting, stack, problems) else {
            continue;
        };
        if key == "target_peers" {
            match &target_peers {
                Some(first) => repeated(&key, first, problems),
                None => target_peers = Some(checked_target(value, problems)),
            }
        } else if let Some(known) = slip_of_the_pen(&key, &RESERVED) {
            let message = format!(
                "unknown argument `{key}`: did you mean `{known}`? (an option of the strategy is written `r#{key}`)"
            );
            problems.at(key.span(), message);
        } else {
            keep_once(key, value, &mut options, problems);
        }
    }
    if let Some(strategy) = arguments.ty {
        stack.strategies.push(Strategy {
            span: fragment.span,
            strategy,
            target_peers,
            options,
        });
    }
}

/// The argument of ours that an option looks like; `r#` says that it is none.
fn slip_of_the_pen(option: &Ident, reserved: &[&'static str]) -> Option<&'static str> {
    let option = option.to_string();
    if option.starts_with("r#") {
        None
    } else {
        nearest(&option, reserved)
    }
}

/// Keeps what is assigned to a field, once within one attribute.
fn keep_once(key: Ident, value: Expr, kept: &mut Vec<(Ident, Expr)>, problems: &mut Problems) {
    match kept.iter().find(|(other, _)| other.unraw() == key.unraw()) {
        Some((_, first)) => repeated(&key, first, problems),
        None => kept.push((key, value)),
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
            problems.at(
                fragment.span,
                format!(
                    "the launcher is named `{}` already: remove `{}`",
                    first.value(),
                    second.value()
                ),
            );
        }
        (Some(first), None) => stack.name = Some(first),
        (None, _) if problems.len() == before => problems.at(
            fragment.span,
            format!("expected a name: write `{}`", Kind::Name.example()),
        ),
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
        problems.at(
            fragment.span,
            format!(
                "expected names of launchers: write `{}`",
                Kind::After.example()
            ),
        );
    }
    for name in arguments.names {
        match stack
            .after
            .iter()
            .any(|first| first.value() == name.value())
        {
            true => problems.over(
                &name,
                format!("`{}` is listed already: remove it here", name.value()),
            ),
            false => stack.after.push(name),
        }
    }
}

/// For attributes that take no settings but those every attribute takes.
pub(crate) fn refuse_settings(
    kind: Kind,
    settings: Vec<Setting>,
    stack: &mut Stack,
    problems: &mut Problems,
) {
    for setting in settings {
        if let Some((key, _)) = take_common(setting, stack, problems) {
            let meant = nearest(&key.to_string(), &COMMON);
            // One mistake, one error: not that it is missing, too.
            stack.session_is_unknown |= meant == Some("session");
            let hint = meant.map_or_else(String::new, |known| format!(" did you mean `{known}`?"));
            let (name, subject) = (kind.name(), kind.subject());
            let quoted = match kind {
                Kind::Name | Kind::After => " in quotes and `crate = path`",
                _ => ", `session = Type` and `crate = path`",
            };
            let message =
                format!("unknown argument `{key}`:{hint} `#[{name}]` takes a {subject}{quoted}");
            problems.at(key.span(), message);
        }
    }
}

/// Keeps a `crate = path` and a `session = Type` for the whole stack; gives back everything else.
fn take_common(
    setting: Setting,
    stack: &mut Stack,
    problems: &mut Problems,
) -> Option<(Ident, Expr)> {
    match setting.value {
        Value::Expr(value) => return Some((setting.key, value)),
        Value::Path(path) => match &stack.krate {
            Some(first) if compact(first) != compact(&path) => {
                let message = format!(
                    "`crate = {}` stands on the same struct already: name one crate",
                    compact(first)
                );
                problems.over(&path, message);
            }
            _ => stack.krate = Some(path),
        },
        Value::QuotedSession(text) => {
            let message =
                "the type of the session stands without quotes: write `session = MySession`";
            problems.over(text, message);
            stack.session_is_unknown = true;
        }
        Value::Session(ty) => match &stack.session {
            Some(first) if compact(first) != compact(&ty) => {
                let message = format!(
                    "`session = {}` stands on the same struct already: a launcher has one session",
                    compact(first)
                );
                problems.over(&ty, message);
            }
            _ => stack.session = Some(ty),
        },
    }
    None
}

fn repeated(key: &Ident, first: &Expr, problems: &mut Problems) {
    problems.at(
        key.span(),
        format!(
            "`{key}` is given twice: the first is `{key} = {}`",
            compact(first)
        ),
    );
}

/// Checks a literal target here; anything else is left to rustc, which knows its type.
fn checked_target(value: Expr, problems: &mut Problems) -> Expr {
    const NUMBER: &str = "write the number of peers to stop at, or `-1` to never stop";
    let replacement = || syn::parse_quote!(20);
    match parse::literal_integer(&value) {
        Some(Ok(number)) if number < -1 => problems.over(
            &value,
            format!("`target_peers` cannot be {number}: {NUMBER}"),
        ),
        Some(Ok(number)) if number > i128::from(i32::MAX) => {
            problems.over(
                &value,
                format!("`target_peers` cannot be more than {}: {NUMBER}", i32::MAX),
            );
        }
        Some(Err(_)) => problems.over(
            &value,
            format!("`target_peers` is a 32-bit number: {NUMBER}"),
        ),
        Some(Ok(_)) if !has_fitting_suffix(&value) => {
            problems.over(&value, format!("`target_peers` is an `i32`: {NUMBER}"))
        }
        None if matches!(&value, Expr::Lit(lit) if !matches!(lit.lit, Lit::Int(_)))
            || is_negated_literal(&value) =>
        {
            problems.over(
                &value,
                format!("`target_peers` is a whole number: {NUMBER}"),
            );
        }
        _ => return value,
    }
    replacement()
}

fn has_fitting_suffix(value: &Expr) -> bool {
    match value {
        Expr::Group(group) => has_fitting_suffix(&group.expr),
        Expr::Paren(paren) => has_fitting_suffix(&paren.expr),
        Expr::Unary(unary) => has_fitting_suffix(&unary.expr),
        Expr::Lit(lit) => matches!(&lit.lit, Lit::Int(int) if matches!(int.suffix(), "" | "i32")),
        _ => true,
    }
}

fn is_negated_literal(value: &Expr) -> bool {
    matches!(value, Expr::Unary(unary) if matches!(*unary.expr, Expr::Lit(_)))
}

/// The way to `ipv8_core` from here.
pub(crate) fn krate(stack: &Stack, span: Span) -> proc_macro2::TokenStream {
    stack.krate.as_ref().map_or_else(
        || crate::launcher::relay::default_crate(span),
        |path| quote::quote!(#path),
    )
}
