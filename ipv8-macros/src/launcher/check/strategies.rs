//! The rules of `#[walk_strategy]`.

use super::common::{keep_once, repeated, take_common};
use crate::arguments::literal_integer;
use crate::launcher::model::{Fragment, Stack, Strategy};
use crate::launcher::parse;
use crate::problems::{Problems, meant, nearest};
use proc_macro2::Ident;
use syn::{Expr, Lit};

/// The arguments of `#[walk_strategy]` that an option can be confused with.
const RESERVED: [&str; 2] = ["target_peers", "crate"];

/// Other names for these arguments.
const ALIASES: [(&str, &str); 3] = [
    ("target", "target_peers"),
    ("peers", "target_peers"),
    ("max_peers", "target_peers"),
];

pub(super) fn walk_strategy(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let arguments = parse::type_arguments(fragment, problems);
    stack.quoted |= arguments.quoted;
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
        } else if let Some(known) = misspelt(&key, &RESERVED) {
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

/// Returns the reserved argument that an option looks like. An option with `r#` is never one.
fn misspelt(option: &Ident, reserved: &[&'static str]) -> Option<&'static str> {
    let option = option.to_string();
    if option.starts_with("r#") {
        None
    } else {
        meant(&option, &ALIASES).or_else(|| nearest(&option, reserved))
    }
}

/// Checks a literal target. Leaves anything else to rustc, which knows its type.
fn checked_target(value: Expr, problems: &mut Problems) -> Expr {
    const NUMBER: &str = "write the number of peers to stop at, or `-1` to never stop";
    if matches!(&value, Expr::Verbatim(_)) {
        return syn::parse_quote!(20);
    }
    let reason = match literal_integer(&value) {
        Some(Ok(number)) if number < -1 => format!("cannot be {number}"),
        Some(Ok(number)) if number > i128::from(i32::MAX) => {
            format!("cannot be more than {}", i32::MAX)
        }
        Some(Err(_)) => "is a 32-bit number".to_owned(),
        Some(Ok(_)) if !has_fitting_suffix(&value) => "is an `i32`".to_owned(),
        None if is_other_literal(&value) || is_none(&value) => "is a whole number".to_owned(),
        _ => return value,
    };
    problems.over(&value, format!("`target_peers` {reason}: {NUMBER}"));
    syn::parse_quote!(20)
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

/// Returns `true` for a literal, or a negated literal, that is not an integer.
fn is_other_literal(value: &Expr) -> bool {
    match value {
        Expr::Lit(lit) => !matches!(lit.lit, Lit::Int(_)),
        Expr::Unary(unary) => matches!(*unary.expr, Expr::Lit(_)),
        _ => false,
    }
}

/// Returns `true` for `None`, which is Python's word for no target.
fn is_none(value: &Expr) -> bool {
    matches!(value, Expr::Path(path) if path.path.is_ident("None"))
}
