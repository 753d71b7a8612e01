//! Tokens to the types of [`model`](crate::launcher::model): one attribute at a time.
//!
//! A mistake in one argument does not hide the next one: reading goes on behind the next comma.

use crate::launcher::model::{Fragment, Kind, Setting, Value};
use crate::launcher::string_path;
use crate::problems::Problems;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Lit, LitStr, Path, Token, Type};

/// The arguments of `#[overlay]`, `#[walk_strategy]` or `#[bootstrapper]`.
#[derive(Default)]
pub(crate) struct TypeArguments {
    /// The type; `None` when it could not be read.
    pub(crate) ty: Option<TokenStream>,
    pub(crate) settings: Vec<Setting>,
}

/// The arguments of `#[name]` or `#[after]`.
#[derive(Default)]
pub(crate) struct NameArguments {
    pub(crate) names: Vec<LitStr>,
    pub(crate) settings: Vec<Setting>,
}

// ("my_module.sub", "MyCommunity")
// (my_module::sub::MyCommunity)
// (RandomWalk, target_peers = 20, timeout = 3.0, crate = my_ipv8)
pub(crate) fn type_arguments(fragment: &Fragment, problems: &mut Problems) -> TypeArguments {
    let mut found = TypeArguments::default();
    let kind = fragment.kind;
    if fragment.args.is_empty() {
        problems.at(
            fragment.span,
            format!("expected a {}: write `{}`", kind.subject(), kind.example()),
        );
        return found;
    }
    read(fragment, problems, |input, problems| {
        match target(input, kind) {
            Ok(ty) => found.ty = Some(ty),
            Err(error) => {
                problems.keep::<()>(Err(error));
                if starts_with_setting(input) {
                    found.settings = settings(input, kind, problems, Some(&mut found.ty));
                    return;
                }
                skip_argument(input);
            }
        }
        comma(input, problems);
        found.settings = settings(input, kind, problems, None);
    });
    found
}

// ("MyLauncher")
// ("Other", "Another", crate = my_ipv8)
pub(crate) fn name_arguments(fragment: &Fragment, problems: &mut Problems) -> NameArguments {
    let mut found = NameArguments::default();
    read(fragment, problems, |input, problems| {
        while !input.is_empty() && !starts_with_setting(input) {
            match quoted_name(input, fragment.kind) {
                Ok(name) => found.names.push(name),
                Err(error) => {
                    problems.keep::<()>(Err(error));
                    skip_argument(input);
                }
            }
            comma(input, problems);
        }
        found.settings = settings(input, fragment.kind, problems, None);
    });
    found
}

// (directory = session.directory.clone(), size = 3)
pub(crate) fn kwargs_arguments(fragment: &Fragment, problems: &mut Problems) -> Vec<Setting> {
    let mut found = Vec::new();
    if fragment.args.is_empty() {
        let message = format!("expected settings: write `{}`", fragment.kind.example());
        problems.at(fragment.span, message);
    }
    read(fragment, problems, |input, problems| {
        found = settings(input, fragment.kind, problems, None);
    });
    found
}

/// One first argument that `first` reads, then settings.
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
        let result = match starts_with_setting(input) {
            true => Err(input.error(format!(
                "the {} comes first: write `{example}`",
                kind.subject()
            ))),
            false => refuse_cfg(input, kind).and_then(|()| first(input)),
        };
        found = problems.keep(result);
        if found.is_none() && !starts_with_setting(input) {
            skip_argument(input);
        }
        if found.is_some() || !starts_with_setting(input) {
            comma(input, problems);
        }
        rest = settings(input, kind, problems, None);
    });
    (found, rest)
}

/// Runs `reader` over the arguments; what it leaves unread is a mistake already reported.
fn read(
    fragment: &Fragment,
    problems: &mut Problems,
    mut reader: impl FnMut(ParseStream<'_>, &mut Problems),
) {
    let result = (|input: ParseStream<'_>| {
        reader(input, problems);
        input.parse::<TokenStream>().map(drop)
    })
    .parse2(fragment.args.clone());
    problems.keep(result);
}

/// The type that the first argument names, or the first two together.
fn target(input: ParseStream<'_>, kind: Kind) -> syn::Result<TokenStream> {
    refuse_cfg(input, kind)?;
    if starts_with_setting(input) {
        let subject = kind.subject();
        return Err(input.error(format!(
            "the {subject} comes first: write `{}`",
            kind.example()
        )));
    }
    match input.peek(Lit) {
        true => quoted_type(input, kind),
        false => written_type(input, kind),
    }
}

// "my_module.sub", "MyCommunity"
fn quoted_type(input: ParseStream<'_>, kind: Kind) -> syn::Result<TokenStream> {
    let subject = kind.subject();
    let module = string(input, &format!("a {subject}: write `{}`", kind.example()))?;
    if let Some(path) = second_half_without_quotes(input) {
        input.parse::<Token![,]>()?;
        return Err(input.error(string_path::half_quoted(&module, &path)));
    }
    if !(input.peek(Token![,]) && input.peek2(LitStr)) {
        return Err(syn::Error::new_spanned(
            &module,
            string_path::lonely(&module, kind),
        ));
    }
    input.parse::<Token![,]>()?;
    let class: LitStr = input.parse()?;
    if input.peek(Token![,]) && input.peek2(LitStr) {
        input.parse::<Token![,]>()?;
        let message = "the module is one string, with dots in it, and the type the second: write `\"my_module.sub\", \"MyType\"`";
        return Err(input.error(message));
    }
    string_path::join(&module, &class)
}

// , MyCommunity
fn second_half_without_quotes(input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    ahead.parse::<Token![,]>().ok()?;
    let path: Path = ahead.parse().ok()?;
    (ahead.is_empty() || ahead.peek(Token![,])).then(|| compact(&path))
}

// my_module::sub::MyCommunity
fn written_type(input: ParseStream<'_>, kind: Kind) -> syn::Result<TokenStream> {
    let ty: Type = input.parse()?;
    let mut inner = &ty;
    while let Type::Group(group) = inner {
        inner = &group.elem;
    }
    match inner {
        Type::Path(_) => Ok(ty.into_token_stream()),
        _ => {
            let message = format!(
                "a {} is named by its path: write `{}`",
                kind.subject(),
                kind.example()
            );
            Err(syn::Error::new_spanned(&ty, message))
        }
    }
}

// "MyLauncher"
fn quoted_name(input: ParseStream<'_>, kind: Kind) -> syn::Result<LitStr> {
    refuse_cfg(input, kind)?;
    let expected = match input.fork().parse::<Path>() {
        Ok(path) if !input.peek(Lit) => {
            let word = path
                .segments
                .last()
                .map_or_else(String::new, |segment| segment.ident.to_string());
            format!("a {} in quotes: write `\"{word}\"`", kind.subject())
        }
        _ => format!("a {} in quotes: write `{}`", kind.subject(), kind.example()),
    };
    let name = string(input, &expected)?;
    match name.value().trim().is_empty() {
        true => Err(syn::Error::new_spanned(
            &name,
            "the name of a launcher cannot be empty",
        )),
        false => Ok(name),
    }
}

/// A string literal without a suffix.
pub(crate) fn string(input: ParseStream<'_>, expected: &str) -> syn::Result<LitStr> {
    let start = input.fork();
    match input.parse::<Lit>() {
        Ok(Lit::Str(string)) if string.suffix().is_empty() => Ok(string),
        Ok(other) => Err(syn::Error::new_spanned(
            other,
            format!("expected {expected}"),
        )),
        Err(_) => Err(start.error(format!("expected {expected}"))),
    }
}

// target_peers = 20, timeout = 3.0
//
// `late` takes a type that stands among the settings: its place has been complained of already.
fn settings(
    input: ParseStream<'_>,
    kind: Kind,
    problems: &mut Problems,
    mut late: Option<&mut Option<TokenStream>>,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    while !input.is_empty() {
        let late = late.take_if(|_| !starts_with_setting(input));
        let result = match late {
            Some(late) => target(input, kind).map(|ty| *late = Some(ty)),
            None => setting(input, kind).map(|setting| settings.push(setting)),
        };
        if let Err(error) = result {
            problems.keep::<()>(Err(error));
            skip_argument(input);
        }
        comma(input, problems);
    }
    settings
}

// timeout = 3.0
// r#target_peers = 3
// crate = my_ipv8
fn setting(input: ParseStream<'_>, kind: Kind) -> syn::Result<Setting> {
    refuse_cfg(input, kind)?;
    if !input.peek(Ident::peek_any) {
        let settings = match kind {
            Kind::WalkStrategy | Kind::Bootstrapper => "options, as in `timeout = 3.0`",
            Kind::Kwargs => {
                return Err(input.error(format!(
                    "unexpected argument: settings are written `setting = value`, as in `{}`",
                    kind.example()
                )));
            }
            _ => "`crate = path`",
        };
        return Err(input.error(format!(
            "unexpected argument: only {settings}, can follow the {}",
            kind.subject()
        )));
    }
    let key = input.call(Ident::parse_any)?;
    if key != "crate" && syn::parse2::<Ident>(key.to_token_stream()).is_err() {
        return Err(syn::Error::new(
            key.span(),
            format!("`{key}` is a keyword of Rust: write `r#{key}`"),
        ));
    }
    equals(input, &key)?;
    let value = match key.to_string().as_str() {
        "crate" => Value::Path(path(input)?),
        "session" if input.peek(Lit) => Value::QuotedSession(input.parse()?),
        "session" => Value::Session(input.parse()?),
        _ => Value::Expr(input.parse()?),
    };
    Ok(Setting { key, value })
}

/// The `=` of a setting, with something behind it.
pub(crate) fn equals(input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
    let example = format!("write `{key} = value`");
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(
            key.span(),
            format!("`{key}` has no value: {example}"),
        ));
    }
    if !input.peek(Token![=]) || input.peek(Token![==]) || input.peek(Token![=>]) {
        return Err(input.error(format!("expected `=` after `{key}`: {example}")));
    }
    let equals: Token![=] = input.parse()?;
    match input.is_empty() || input.peek(Token![,]) {
        true => Err(syn::Error::new_spanned(
            equals,
            format!("`{key}` has no value: {example}"),
        )),
        false => Ok(()),
    }
}

/// The value of `crate = path`.
pub(crate) fn path(input: ParseStream<'_>) -> syn::Result<Path> {
    match input.peek(Lit) {
        true => {
            Err(input.error("the path of the crate stands without quotes: write `crate = my_ipv8`"))
        }
        false => Path::parse_mod_style(input),
    }
}

/// The comma behind an argument. Anything else there is a mistake, and skipped.
pub(crate) fn comma(input: ParseStream<'_>, problems: &mut Problems) {
    if !input.is_empty() && !input.peek(Token![,]) {
        problems.keep::<()>(Err(input.error("expected `,` before the next argument")));
        if starts_with_setting(input) {
            return;
        }
        skip_argument(input);
    }
    problems.keep(input.parse::<Option<Token![,]>>());
}

/// Leaves out everything up to the next comma.
pub(crate) fn skip_argument(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

pub(crate) fn starts_with_setting(input: ParseStream<'_>) -> bool {
    input.peek(Ident::peek_any)
        && input.peek2(Token![=])
        && !input.peek2(Token![==])
        && !input.peek2(Token![=>])
}

pub(crate) fn refuse_cfg(input: ParseStream<'_>, kind: Kind) -> syn::Result<()> {
    if !input.peek(Token![#]) {
        return Ok(());
    }
    let attributes = input.call(Attribute::parse_outer)?;
    let message = format!(
        "arguments carry no attributes: write `#[cfg_attr(…, {}(…))]` on the struct instead",
        kind.name()
    );
    let tokens: TokenStream = attributes.iter().map(ToTokens::to_token_stream).collect();
    Err(syn::Error::new_spanned(tokens, message))
}

/// Tokens as a reader would write them, near enough for a message.
pub(crate) fn compact(tokens: impl ToTokens) -> String {
    let spaced = tokens.to_token_stream().to_string();
    spaced
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace("- ", "-")
}

/// Whether an expression is, or negates, an integer literal; and its value if it fits.
pub(crate) fn literal_integer(expr: &Expr) -> Option<Result<i128, Span>> {
    match expr {
        Expr::Group(group) => literal_integer(&group.expr),
        Expr::Paren(paren) => literal_integer(&paren.expr),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => Some(int.base10_parse::<i128>().map_err(|_| int.span())),
            Lit::Byte(byte) => Some(Ok(i128::from(byte.value()))),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => literal_integer(&unary.expr)
            .map(|value| value.map(|value: i128| value.saturating_neg())),
        _ => None,
    }
}
