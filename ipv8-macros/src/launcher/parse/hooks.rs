//! Reads the first argument of the attributes that run the user's code, and of `#[set_in_session]`.

use crate::launcher::model::{Call, Kind};
use crate::tokens::compact;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, Ident, Lit, Member, Token};

// |session| session.enabled
// is_enabled
// async |ipv8, session: &mut MySession| { … }
pub(crate) fn hook(input: ParseStream<'_>, kind: Kind) -> syn::Result<Call> {
    let example = kind.example();
    if input.peek(Lit) {
        let subject = kind.subject();
        return Err(input.error(format!("a {subject} is code: write `{example}`")));
    }
    let mut expr: Expr = input.parse()?;
    while let Expr::Group(group) = expr {
        expr = *group.expr;
    }
    match expr {
        Expr::Closure(closure) => {
            let (wanted, given) = (kind.parameters(), closure.inputs.len());
            // Without an overlay, `#[finalize]` has two; the rules check that.
            if given == wanted.len() || (kind == Kind::Finalize && given == 2) {
                return Ok(Call::Closure(Box::new(closure)));
            }
            let message = format!(
                "the closure of `#[{}]` takes `|{}|`: write `{example}`",
                kind.name(),
                wanted.join(", ")
            );
            Err(syn::Error::new_spanned(parameters(&closure), message))
        }
        Expr::Path(path) if path.qself.is_none() => Ok(Call::Path(path.path)),
        other => {
            let parameters = kind.parameters().join(", ");
            let message = format!(
                "expected a closure, or the path of a function: write `|{parameters}| {}`",
                compact(&other)
            );
            Err(syn::Error::new_spanned(other, message))
        }
    }
}

/// Returns the tokens of `|…|`.
pub(crate) fn parameters(closure: &syn::ExprClosure) -> TokenStream {
    let mut tokens = closure.inputs_begin.to_token_stream();
    closure.inputs.to_tokens(&mut tokens);
    closure.inputs_end.to_tokens(&mut tokens);
    tokens
}

// my_community
// overlays.mine
pub(crate) fn field(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    const EXAMPLE: &str = Kind::SetInSession.example();
    if let Ok(Lit::Str(name)) = input.fork().parse() {
        let name = name.value();
        return Err(input.error(format!(
            "the field of the session has no quotes: write `#[set_in_session({name})]`"
        )));
    }
    if input.peek(Token![self])
        || (input.peek(Ident) && input.fork().parse::<Ident>()? == "session")
    {
        return Err(input.error(format!(
            "the field is relative to the session: write `{EXAMPLE}`"
        )));
    }
    let mut field = input
        .parse::<Member>()
        .map_err(|error| {
            syn::Error::new(
                error.span(),
                format!("expected a field of the session: write `{EXAMPLE}`"),
            )
        })?
        .to_token_stream();
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?.to_tokens(&mut field);
        input.parse::<Member>()?.to_tokens(&mut field);
    }
    Ok(field)
}
