//! Reads the arguments of an attribute: `key = value`, separated by commas.
//!
//! A mistake in one argument does not hide the next one: reading continues after the next comma.

use crate::problems::Problems;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::token::Paren;
use syn::{Expr, Lit, LitStr, MacroDelimiter, MetaList, Path, Token};

/// Reads all of `args`. An error at their end is at the last token, or at `span` if there is none.
pub(crate) fn parse_all<T>(
    args: &TokenStream,
    span: Span,
    read: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let end = args
        .clone()
        .into_iter()
        .last()
        .map_or(span, |token| token.span());
    // `syn` reports the end of its input at the delimiter that closes it.
    let mut close = Group::new(Delimiter::Parenthesis, TokenStream::new());
    close.set_span(end);
    let list = MetaList {
        path: Path::from(Ident::new("arguments", span)),
        delimiter: MacroDelimiter::Paren(Paren {
            span: close.delim_span(),
        }),
        tokens: args.clone(),
    };
    list.parse_args_with(read)
}

/// Reads a string literal without a suffix.
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

/// Reads the `=` after a key. Fails if no value follows.
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

/// Reads the value of `crate = path`.
pub(crate) fn path(input: ParseStream<'_>) -> syn::Result<Path> {
    match input.peek(Lit) {
        true => Err(input.error("the path of the crate has no quotes: write `crate = my_ipv8`")),
        false => Path::parse_mod_style(input),
    }
}

/// Reads the comma after an argument. Reports and skips anything else.
pub(crate) fn comma(input: ParseStream<'_>, problems: &mut Problems) {
    if input.peek(Token![;]) {
        let is_last = input.peek2(syn::parse::End);
        let instead = if is_last { "remove it" } else { "write `,`" };
        problems.keep::<()>(Err(input.error(format!("no `;` here: {instead}"))));
        problems.keep(input.parse::<Token![;]>());
        return;
    }
    if !input.is_empty() && !input.peek(Token![,]) {
        let message = python_word(input)
            .unwrap_or_else(|| "expected `,` before the next argument".to_owned());
        problems.keep::<()>(Err(input.error(message)));
        if starts_with_setting(input) {
            return;
        }
        skip_argument(input);
    }
    problems.keep(input.parse::<Option<Token![,]>>());
}

/// Calls `read` for each argument. If it fails, continues after the next comma.
pub(crate) fn each_argument(
    input: ParseStream<'_>,
    problems: &mut Problems,
    mut read: impl FnMut(ParseStream<'_>, &mut Problems) -> syn::Result<()>,
) {
    while !input.is_empty() {
        if let Err(error) = read(input, problems) {
            problems.keep::<()>(Err(error));
            skip_argument(input);
        }
        comma(input, problems);
    }
}

/// Skips everything up to the next comma.
pub(crate) fn skip_argument(input: ParseStream<'_>) {
    drop(argument(input));
}

/// Takes everything up to the next comma.
pub(crate) fn argument(input: ParseStream<'_>) -> TokenStream {
    let mut taken = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<TokenTree>() {
            Ok(token) => taken.extend([token]),
            Err(_) => break,
        }
    }
    taken
}

/// Returns the mistake of a value that begins with a word of Python, such as `not` or `lambda`.
pub(crate) fn python_value(value: &Expr) -> Option<syn::Error> {
    let (place, body) = match value {
        Expr::Closure(closure) => (closure.body.as_ref(), closure.body.as_ref()),
        value => (value, value),
    };
    let Expr::Path(path) = body else { return None };
    let rust = match path.path.get_ident()?.to_string().as_str() {
        "not" => "`not` is Python: write `!`",
        "lambda" => "`lambda` is Python: write a closure, as in `|session| session.enabled`",
        _ => return None,
    };
    Some(syn::Error::new_spanned(place, rust))
}

/// Returns a hint if a word of Python comes next that Rust writes differently.
pub(crate) fn python_word(input: ParseStream<'_>) -> Option<String> {
    const WORDS: [(&str, &str); 5] = [
        ("and", "&&"),
        ("or", "||"),
        ("not", "!"),
        ("is", "=="),
        ("if", "if condition { value } else { other }"),
    ];
    let next = input.fork().call(Ident::parse_any).ok()?;
    let (word, rust) = WORDS.into_iter().find(|(word, _)| next == word)?;
    Some(format!("`{word}` is Python: write `{rust}`"))
}

/// Returns `true` if `key =` comes next.
pub(crate) fn starts_with_setting(input: ParseStream<'_>) -> bool {
    input.peek(Ident::peek_any)
        && input.peek2(Token![=])
        && !input.peek2(Token![==])
        && !input.peek2(Token![=>])
}

/// Returns the value of an integer literal, which may be negated, or its place if it does not fit;
/// `None` for any other expression.
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
