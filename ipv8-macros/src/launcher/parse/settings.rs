//! Reads `key = value`.

use crate::arguments::{
    argument, comma, each_argument, equals, literal_integer, parse_all, path, python_value,
    skip_argument, starts_with_setting,
};
use crate::launcher::model::{Fragment, Kind, Setting, Value, missing};
use crate::problems::Problems;
use crate::tokens::{compact, is_type_name};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Lit, LitStr, Token};

// (directory = session.directory.clone(), size = 3)
pub(crate) fn kwargs_arguments(fragment: &Fragment, problems: &mut Problems) -> Vec<Setting> {
    let mut found = Vec::new();
    if fragment.args.is_empty() {
        let message = format!("expected settings: write `{}`", fragment.kind.example());
        problems.at(fragment.span, message);
    }
    read(fragment, problems, |input, problems| {
        found = settings(input, fragment.kind, problems);
    });
    found
}

/// Reads settings alone.
pub(crate) fn no_argument(fragment: &Fragment, problems: &mut Problems) -> Vec<Setting> {
    let mut found = Vec::new();
    read(fragment, problems, |input, problems| {
        if !input.is_empty() && !starts_with_setting(input) {
            let message = "`#[launcher]` is for a launcher without an overlay: write `#[overlay(…)]` \
                           to name a community, or remove this argument";
            problems.keep::<()>(Err(input.error(message)));
            skip_argument(input);
            comma(input, problems);
        }
        found = settings(input, fragment.kind, problems);
    });
    found
}

/// Reads one first argument with `first`, then settings.
pub(crate) fn one_and_settings<T>(
    fragment: &Fragment,
    problems: &mut Problems,
    mut first: impl FnMut(ParseStream<'_>) -> syn::Result<T>,
) -> (Option<T>, Vec<Setting>) {
    let (mut found, mut rest) = (None, Vec::new());
    let (kind, example) = (fragment.kind, fragment.kind.example());
    if fragment.args.is_empty() {
        let message = format!("expected a {}: write `{example}`", kind.subject());
        problems.at(fragment.span, message);
        return (found, rest);
    }
    read(fragment, problems, |input, problems| {
        let result = refuse_setting(input, kind)
            .and_then(|()| refuse_cfg(input, kind))
            .and_then(|()| first(input));
        found = problems.keep(result);
        if found.is_none() && !starts_with_setting(input) {
            skip_argument(input);
        }
        if found.is_some() || !starts_with_setting(input) {
            comma(input, problems);
        }
        rest = settings(input, kind, problems);
    });
    (found, rest)
}

/// Runs `reader` over the arguments. It has reported everything that it leaves unread.
pub(super) fn read(
    fragment: &Fragment,
    problems: &mut Problems,
    mut reader: impl FnMut(ParseStream<'_>, &mut Problems),
) {
    let before = problems.len();
    let result = parse_all(&fragment.args, fragment.span, |input| {
        reader(input, problems);
        input.parse::<TokenStream>().map(drop)
    });
    problems.keep(result);
    problems.explain_ends(before, fragment.kind.name());
}

// target_peers = 20, timeout = 3.0
pub(super) fn settings(
    input: ParseStream<'_>,
    kind: Kind,
    problems: &mut Problems,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    each_argument(input, problems, |input, problems| {
        settings.extend(setting(input, kind, problems)?);
        Ok(())
    });
    settings
}

// timeout = 3.0
// r#target_peers = 3
// crate = my_ipv8
pub(super) fn setting(
    input: ParseStream<'_>,
    kind: Kind,
    problems: &mut Problems,
) -> syn::Result<Option<Setting>> {
    refuse_cfg(input, kind)?;
    if let Some(entries) = dictionary(input) {
        return Err(input.error(entries_as_arguments(&entries)));
    }
    if !input.peek(Ident::peek_any) {
        return Err(unexpected(input, kind));
    }
    let key = input.call(Ident::parse_any)?;
    if key != "crate" && syn::parse2::<Ident>(key.to_token_stream()).is_err() {
        return Err(syn::Error::new(
            key.span(),
            format!("`{key}` is a Rust keyword: write `r#{key}`"),
        ));
    }
    if !has_options(kind) && key != "session" && key != "crate" {
        // The key itself is reported, whatever its value.
        skip_argument(input);
        let value = Value::Expr(missing());
        return Ok(Some(Setting { key, value }));
    }
    if input.peek(Token![.]) {
        return Err(dotted(input, &key));
    }
    if let Some(error) = constant_without_name(input, &key, kind) {
        return Err(error);
    }
    if let Some(error) = type_as_setting(input, &key, kind) {
        return Err(error);
    }
    let value = match equals(input, &key) {
        Err(error) if ends(input) => Err(error),
        Err(error) => return Err(error),
        Ok(()) => match dictionary(input) {
            Some(entries) => return Err(dictionary_as_value(&key, &entries)),
            None => value(input, &key),
        },
    };
    let value = value.or_else(|error| {
        problems.keep::<()>(Err(error));
        skip_argument(input);
        match key.to_string().as_str() {
            "session" => Ok(Value::UnknownSession),
            "crate" => Err(()),
            _ => Ok(Value::Expr(missing())),
        }
    });
    match value {
        Ok(value) => Ok(Some(Setting { key, value })),
        Err(()) => Ok(None),
    }
}

/// Returns `true` at the end of an argument.
fn ends(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

const fn has_options(kind: Kind) -> bool {
    matches!(kind, Kind::WalkStrategy | Kind::Bootstrapper | Kind::Kwargs)
}

// settings.size = 3
/// Returns the mistake of a key that is a path.
fn dotted(input: ParseStream<'_>, key: &Ident) -> syn::Error {
    let ahead = input.fork();
    let mut last = key.to_string();
    while ahead.parse::<Token![.]>().is_ok() {
        if let Ok(name) = ahead.call(Ident::parse_any) {
            last = name.to_string();
        }
    }
    let message = format!("a field is named alone: write `{last} = value`");
    syn::Error::new(key.span(), message)
}

// 3.0
fn value(input: ParseStream<'_>, key: &Ident) -> syn::Result<Value> {
    Ok(match key.to_string().as_str() {
        "crate" => Value::Path(path(input)?),
        "session" if input.peek(Lit) => Value::QuotedSession(input.parse()?),
        "session" => Value::Session(input.parse()?),
        _ => Value::Expr(expression(input)?),
    })
}

fn expression(input: ParseStream<'_>) -> syn::Result<syn::Expr> {
    let value: syn::Expr = input.parse()?;
    match python_value(&value) {
        Some(error) if !ends(input) => Err(error),
        _ => Ok(value),
    }
}

// TARGET
/// Returns the mistake of a constant that is written where a number of peers would have a name.
fn constant_without_name(input: ParseStream<'_>, key: &Ident, kind: Kind) -> Option<syn::Error> {
    let is_constant = key.to_string().chars().all(|letter| !letter.is_lowercase());
    (kind == Kind::WalkStrategy && is_constant && ends(input)).then(|| {
        let message = format!("this constant needs a name: write `target_peers = {key}`");
        syn::Error::new(key.span(), message)
    })
}

// EdgeWalk
// Settings { size: 3 }
/// Returns the mistake of a type where a setting would be.
fn type_as_setting(input: ParseStream<'_>, key: &Ident, kind: Kind) -> Option<syn::Error> {
    if !is_type_name(&key.to_string()) {
        return None;
    }
    let message = match kind {
        Kind::WalkStrategy | Kind::Bootstrapper if ends(input) => format!(
            "each {} has an attribute of its own: write `#[{}({key})]`",
            kind.subject(),
            kind.name()
        ),
        Kind::Kwargs if input.peek(syn::token::Brace) => format!(
            "settings are arguments of their own: write `{}`",
            Kind::Kwargs.example()
        ),
        _ => return None,
    };
    Some(syn::Error::new(key.span(), message))
}

// {"timeout": 3.0}
/// Returns the entries of a dictionary of Python, as arguments, if one comes next.
fn dictionary(input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    if !ahead.peek(syn::token::Brace) {
        return None;
    }
    let group: proc_macro2::Group = ahead.parse().ok()?;
    let mut entries = Vec::new();
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let key: LitStr = input.parse()?;
            input.parse::<Token![:]>()?;
            let value: syn::Expr = input.parse()?;
            entries.push(format!("{} = {}", key.value(), compact(value)));
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    parse_all(&group.stream(), group.span(), all).ok()?;
    (!entries.is_empty()).then(|| entries.join(", "))
}

fn entries_as_arguments(entries: &str) -> String {
    format!("this is a dictionary of Python: write its entries as arguments, `{entries}`")
}

/// Returns the mistake of a dictionary as the value of a key.
fn dictionary_as_value(key: &Ident, entries: &str) -> syn::Error {
    let message = match key.to_string().as_str() {
        "kw_args" | "kwargs" | "args" | "options" | "settings" => {
            format!("options are arguments of their own: write `{entries}` instead of `{key}`")
        }
        _ => format!("`{key}` is a dictionary of Python: write a value of Rust"),
    };
    syn::Error::new(key.span(), message)
}

/// Returns the error for an argument that is not written `key = value`.
fn unexpected(input: ParseStream<'_>, kind: Kind) -> syn::Error {
    let value = input.fork().parse::<syn::Expr>().ok();
    let number = value.as_ref().and_then(literal_integer);
    if let (Kind::WalkStrategy, Some(value), Some(_)) = (kind, &value, number) {
        let shown = compact(value);
        let message = format!("this number needs a name: write `target_peers = {shown}`");
        return syn::Error::new_spanned(value, message);
    }
    if let Ok(key) = input.fork().parse::<LitStr>()
        && has_options(kind)
        && (input.peek2(Token![=]) || input.peek2(Token![:]))
    {
        let message = format!("a key has no quotes: write `{} = value`", key.value());
        return syn::Error::new_spanned(key, message);
    }
    input.error(expected_settings(kind))
}

fn expected_settings(kind: Kind) -> String {
    let settings = match kind {
        Kind::WalkStrategy | Kind::Bootstrapper => "options, as in `timeout = 3.0`",
        Kind::Kwargs => {
            return format!(
                "unexpected argument: settings are written `setting = value`, as in `{}`",
                kind.example()
            );
        }
        _ => "`crate = path`",
    };
    format!(
        "unexpected argument: only {settings}, can follow the {}",
        kind.subject()
    )
}

/// Fails if a setting comes before the first argument.
pub(super) fn refuse_setting(input: ParseStream<'_>, kind: Kind) -> syn::Result<()> {
    if !starts_with_setting(input) {
        return Ok(());
    }
    let (subject, example) = (kind.subject(), kind.example());
    let start = input.fork();
    match key_of_first(input, kind)? {
        Some(value) => Err(start.error(format!(
            "the {subject} has no key: write `#[{}({value})]`",
            kind.name()
        ))),
        None => Err(start.error(format!("the {subject} comes first: write `{example}`"))),
    }
}

// community = Chat
// chat = Chat, in `set_in_session`
/// Takes a first argument that has a key, and returns it as it should be; `None` if it is another
/// setting.
fn key_of_first(input: ParseStream<'_>, kind: Kind) -> syn::Result<Option<String>> {
    let key = input.fork().call(Ident::parse_any)?;
    let is_first = key == kind.subject() || !has_options(kind);
    if key == "crate" || key == "session" || !is_first {
        return Ok(None);
    }
    let (key, value) = (input.call(Ident::parse_any)?, input.parse::<Token![=]>());
    value?;
    let value = argument(input);
    Ok(Some(match kind {
        Kind::SetInSession => key.to_string(),
        _ => compact(value),
    }))
}

/// Fails if an argument has attributes.
pub(super) fn refuse_cfg(input: ParseStream<'_>, kind: Kind) -> syn::Result<()> {
    if !input.peek(Token![#]) {
        return Ok(());
    }
    let attributes = input.call(Attribute::parse_outer)?;
    let message = format!(
        "arguments cannot have attributes: write `#[cfg_attr(…, {}(…))]` on the struct instead",
        kind.name()
    );
    let tokens: TokenStream = attributes.iter().map(ToTokens::to_token_stream).collect();
    Err(syn::Error::new_spanned(tokens, message))
}
