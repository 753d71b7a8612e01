//! Reads a module and a type in quotes, the form that py-ipv8's launchers use.
//!
//! The tokens carry the span of their literal, so that rustc underlines only the wrong half.

use super::model::Kind;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::net::SocketAddr;
use syn::LitStr;
use syn::ext::IdentExt;
use syn::parse::Parser;

/// Converts `("my_module.sub", "MyCommunity")` to `my_module::sub::MyCommunity`. Reports the
/// mistakes of both halves.
pub(crate) fn join(module: &LitStr, class: &LitStr) -> syn::Result<TokenStream> {
    match (module_path(module), class_name(class)) {
        (Ok(path), Ok(class)) => Ok(quote!(#path #class)),
        (Err(mut first), Err(second)) => {
            first.combine(second);
            Err(first)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// Returns the message for a string without a second one after it.
pub(crate) fn lonely(literal: &LitStr, kind: Kind) -> String {
    let (name, text) = (kind.name(), literal.value());
    if let (Kind::Bootstrapper, Some(option)) = (kind, address(&text)) {
        return format!(
            "addresses are an option: write `#[bootstrapper(DispersyBootstrapper, {option})]`"
        );
    }
    let (module, class) = match text.rsplit_once("::").or_else(|| text.rsplit_once('.')) {
        Some(halves) => halves,
        None => ("self", text.as_str()),
    };
    format!(
        "expected two strings, the module and the {}: write `#[{name}(\"{module}\", \"{class}\")]` or `#[{name}({})]`",
        kind.subject(),
        text.replace('.', "::")
    )
}

// 127.0.0.1:6421
// tracker.example.org:6421
/// Returns the option of `DispersyBootstrapper` for an address with a port.
fn address(text: &str) -> Option<String> {
    if text.parse::<SocketAddr>().is_ok() {
        return Some(format!("ip_addresses = vec![\"{text}\".parse().unwrap()]"));
    }
    let (host, port) = text.rsplit_once(':')?;
    let port: u16 = port.parse().ok()?;
    Some(format!("dns_addresses = vec![(\"{host}\".into(), {port})]"))
}

/// Returns the message for a second half without quotes.
pub(crate) fn half_quoted(module: &LitStr, second: &str) -> String {
    let module = module.value().replace('.', "::");
    format!(
        "the second half has no quotes: write `\"{second}\"`, or the whole path without quotes: `{module}::{second}`"
    )
}

// "my_module"  "my_module.sub"  "my_module::sub"  "crate.my_module"  "super.super.my_module"
// "self"  "::other_crate"
fn module_path(literal: &LitStr) -> syn::Result<TokenStream> {
    let text = literal.value();
    let refuse = |message: String| syn::Error::new_spanned(literal, message);
    if text.is_empty() {
        return Err(refuse(
            "the module is empty: write `\"self\"` for the launcher's module".into(),
        ));
    }
    if text.starts_with('.') {
        let rest = text.trim_start_matches('.');
        return Err(refuse(format!(
            "a module path does not start with a dot: write `\"self.{rest}\"` or `\"super.{rest}\"`"
        )));
    }
    let separated = text.replace("::", ".");
    let mut path = TokenStream::new();
    let mut names = separated.split('.').peekable();
    if text.starts_with("::") {
        names.next();
        path.extend(separator(literal.span()));
    }
    let mut may_climb = path.is_empty();
    for (index, name) in names.enumerate() {
        let is_start = index == 0 && path.is_empty();
        let ident = module_name(name, is_start, may_climb)
            .map_err(|reason| refuse(format!("`{text}` is not a module path: {reason}")))?;
        may_climb &= matches!(name, "self" | "super");
        path.extend(Ident::to_token_stream(&spanned(ident, literal.span())));
        path.extend(separator(literal.span()));
    }
    Ok(path)
}

fn module_name(name: &str, is_start: bool, may_climb: bool) -> Result<Ident, String> {
    match name {
        "" => Err("a name is missing between two dots or at the end".into()),
        "crate" | "self" if !is_start => Err(format!("`{name}` can only be the first name")),
        "super" if !may_climb => Err("`super` can only be at the start".into()),
        "crate" | "self" | "super" => parse_ident(name).ok_or_else(String::new),
        _ => plain_name(name),
    }
}

fn class_name(literal: &LitStr) -> syn::Result<Ident> {
    let text = literal.value();
    let refuse = |message: String| syn::Error::new_spanned(literal, message);
    if text.is_empty() {
        return Err(refuse("the name of the type is empty".into()));
    }
    if text.contains('.') || text.contains("::") {
        return Err(refuse(format!(
            "the second string is one name: move the module of `{text}` to the first string"
        )));
    }
    if text.contains('<') {
        return Err(refuse(format!(
            "write a type with parameters without quotes: `{text}` after its module's path"
        )));
    }
    match plain_name(&text) {
        Ok(ident) => Ok(spanned(ident, literal.span())),
        Err(reason) => Err(refuse(format!(
            "`{text}` is not the name of a type: {reason}"
        ))),
    }
}

/// Returns an identifier. A keyword needs `r#`.
fn plain_name(name: &str) -> Result<Ident, String> {
    let Some(ident) = parse_ident(name) else {
        return Err(format!("`{name}` is not an identifier"));
    };
    match syn::parse_str::<Ident>(name) {
        Ok(_) => Ok(ident),
        Err(_) => Err(format!("`{name}` is a Rust keyword: write `r#{name}`")),
    }
}

fn parse_ident(name: &str) -> Option<Ident> {
    // The lexer would accept blanks and comments.
    let is_word = |text: &str| text.chars().all(|c| c == '_' || c.is_alphanumeric());
    is_word(name.strip_prefix("r#").unwrap_or(name)).then_some(())?;
    Ident::parse_any.parse_str(name).ok()
}

fn spanned(mut ident: Ident, span: Span) -> Ident {
    ident.set_span(span);
    ident
}

fn separator(span: Span) -> TokenStream {
    quote_spanned!(span=> ::)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn joined(module: &str, class: &str) -> Result<String, String> {
        let literal = |text| LitStr::new(text, Span::call_site());
        join(&literal(module), &literal(class))
            .map(|tokens| tokens.to_string().replace(' ', ""))
            .map_err(|error| {
                error
                    .into_iter()
                    .map(|error| error.to_string())
                    .collect::<Vec<_>>()
                    .join("; ")
            })
    }

    #[test]
    fn dots_and_colons_are_the_same_path() {
        for (module, expected) in [
            ("my_module", "my_module::C"),
            ("my_module.sub", "my_module::sub::C"),
            ("my_module::sub", "my_module::sub::C"),
            ("a.b::c", "a::b::c::C"),
            ("self", "self::C"),
            ("crate", "crate::C"),
            ("crate.a", "crate::a::C"),
            ("self.a", "self::a::C"),
            ("self.super.a", "self::super::a::C"),
            ("super.super.a", "super::super::a::C"),
            ("::other.a", "::other::a::C"),
            ("r#type.a", "r#type::a::C"),
        ] {
            assert_eq!(joined(module, "C").as_deref(), Ok(expected), "{module}");
        }
    }

    #[test]
    fn bad_modules_are_refused_with_the_reason() {
        for (module, expected) in [
            ("", "the module is empty"),
            (".a", "does not start with a dot"),
            ("a.", "a name is missing"),
            ("a..b", "a name is missing"),
            ("a:b", "`a:b` is not an identifier"),
            ("my mod", "`my mod` is not an identifier"),
            ("my-mod", "`my-mod` is not an identifier"),
            ("a/b", "`a/b` is not an identifier"),
            ("a/*b*/", "is not an identifier"),
            ("3d", "`3d` is not an identifier"),
            ("a.type", "write `r#type`"),
            ("a.crate", "`crate` can only be the first name"),
            ("a.self", "`self` can only be the first name"),
            ("a.super", "`super` can only be at the start"),
            ("crate.super", "`super` can only be at the start"),
            ("_", "`_` is a Rust keyword"),
        ] {
            let error = joined(module, "C").unwrap_err();
            assert!(error.contains(expected), "{module}: {error}");
        }
    }

    #[test]
    fn bad_classes_are_refused_with_the_reason() {
        for (class, expected) in [
            ("", "is empty"),
            ("a.B", "move the module"),
            ("a::B", "move the module"),
            ("B<u8>", "without quotes"),
            ("my class", "is not an identifier"),
            ("struct", "write `r#struct`"),
            ("self", "write `r#self`"),
        ] {
            let error = joined("m", class).unwrap_err();
            assert!(error.contains(expected), "{class}: {error}");
        }
        assert_eq!(
            joined("", "").unwrap_err().matches(';').count(),
            1,
            "both halves are reported"
        );
    }
}
