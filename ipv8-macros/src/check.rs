//! The rules of a stack: from single attributes to one launcher, with every breach reported.

use crate::model::{Fragment, Item, Kind, Overlay, Setting, Stack, Strategy, Value};
use crate::parse::{self, compact};
use crate::problems::{Problems, nearest};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::{Expr, Lit, LitStr};

/// The arguments of `#[walk_strategy]` that are not options of the strategy.
const RESERVED: [&str; 2] = ["target_peers", "crate"];

/// Reads all attributes of one item.
pub(crate) fn stack(fragments: &[Fragment], problems: &mut Problems) -> Stack {
    let mut stack = Stack::default();
    for fragment in fragments {
        match fragment.kind {
            Kind::Overlay => overlay(fragment, &mut stack, problems),
            Kind::WalkStrategy => walk_strategy(fragment, &mut stack, problems),
            Kind::Name => name(fragment, &mut stack, problems),
            Kind::After => after(fragment, &mut stack, problems),
        }
    }
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
        if let Some(setting) = take_crate(setting, stack, problems) {
            problems.at(
                setting.key.span(),
                unknown_in_overlay(&setting.key.to_string()),
            );
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
    match nearest(key, &["crate"]) {
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
        let Some((key, value)) = take_crate(setting, stack, problems).and_then(into_expr) else {
            continue;
        };
        if key == "target_peers" {
            match &target_peers {
                Some(first) => repeated(&key, first, problems),
                None => target_peers = Some(checked_target(value, problems)),
            }
        } else if let Some(known) = slip_of_the_pen(&key) {
            let message = format!(
                "unknown argument `{key}`: did you mean `{known}`? (an option of the strategy is written `r#{key}`)"
            );
            problems.at(key.span(), message);
        } else {
            match options
                .iter()
                .find(|(other, _)| other.unraw() == key.unraw())
            {
                Some((_, first)) => repeated(&key, first, problems),
                None => options.push((key, value)),
            }
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
fn slip_of_the_pen(option: &Ident) -> Option<&'static str> {
    let option = option.to_string();
    if option.starts_with("r#") {
        None
    } else {
        nearest(&option, &RESERVED)
    }
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

fn refuse_settings(kind: Kind, settings: Vec<Setting>, stack: &mut Stack, problems: &mut Problems) {
    for setting in settings {
        if let Some(Setting { key, .. }) = take_crate(setting, stack, problems) {
            let hint = nearest(&key.to_string(), &["crate"])
                .map_or_else(String::new, |known| format!(" did you mean `{known}`?"));
            let (name, subject) = (kind.name(), kind.subject());
            let message = format!(
                "unknown argument `{key}`:{hint} `#[{name}]` takes a {subject} in quotes and `crate = path`"
            );
            problems.at(key.span(), message);
        }
    }
}

/// Keeps a `crate = path` for the whole stack; gives back everything else.
fn take_crate(setting: Setting, stack: &mut Stack, problems: &mut Problems) -> Option<Setting> {
    let Value::Path(path) = setting.value else {
        return Some(setting);
    };
    match &stack.krate {
        Some(first) if compact(first) != compact(&path) => {
            let message = format!(
                "`crate = {}` stands on the same struct already: name one crate",
                compact(first)
            );
            problems.over(&path, message);
        }
        _ => stack.krate = Some(path),
    }
    None
}

fn into_expr(setting: Setting) -> Option<(Ident, Expr)> {
    match setting.value {
        Value::Expr(value) => Some((setting.key, value)),
        Value::Path(_) => None,
    }
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
        || crate::relay::default_crate(span),
        |path| quote::quote!(#path),
    )
}
