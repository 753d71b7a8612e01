//! Reads the first argument of the attributes that run the user's code, and of `#[set_in_session]`.

use crate::arguments::python_value;
use crate::launcher::model::{Call, Kind};
use crate::tokens::compact;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::{Expr, ExprClosure, Ident, Lit, LitFloat, Member, Pat, Token, Type};

// |session| session.enabled
// is_enabled
// async |ipv8, session: &mut MySession| { … }
pub(crate) fn hook(input: ParseStream<'_>, kind: Kind) -> syn::Result<Call> {
    let example = kind.example();
    if input.peek(Lit) {
        let subject = kind.subject();
        return Err(input.error(format!("a {subject} is code: write `{example}`")));
    }
    let is_function = input.peek(Token![fn]) || input.peek2(Token![fn]);
    if is_function {
        let message = format!("a closure has no `fn`: write `{example}`");
        return Err(input.error(message));
    }
    let mut expr: Expr = input.parse()?;
    while let Expr::Group(group) = expr {
        expr = *group.expr;
    }
    // `not session.enabled` begins with a path.
    if !input.is_empty()
        && let Some(error) = python_value(&expr)
    {
        return Err(error);
    }
    match expr {
        Expr::Closure(closure) => {
            let (wanted, given) = (kind.parameters(), closure.inputs.len());
            // Without an overlay, `#[finalize]` has two; the rules check that.
            if given == wanted.len() || (kind == Kind::Finalize && given == 2) {
                check_session(&closure, kind)?;
                refuse_waiting(&closure, kind)?;
                return Ok(Call::Closure(Box::new(closure)));
            }
            let message = format!(
                "the closure of `#[{}]` takes `|{}|`: write `{example}`",
                kind.name(),
                wanted.join(", ")
            );
            Err(syn::Error::new_spanned(parameters(&closure), message))
        }
        Expr::Path(path) if input.peek(Token![:]) || input.peek(Token![=>]) => {
            let message =
                format!("the parameters of a closure are between two bars: write `{example}`");
            Err(syn::Error::new_spanned(path, message))
        }
        Expr::Path(path) => Ok(Call::Path(path)),
        other => {
            let parameters = kind.parameters().join(", ");
            let borrow = if kind.changes_session() { "&mut " } else { "&" };
            let typed = format!("session: {borrow}MySession");
            let message = format!(
                "expected a closure, or the path of a function: write `|{}| {}`",
                parameters.replace("session", &typed),
                compact(&other)
            );
            Err(syn::Error::new_spanned(other, message))
        }
    }
}

// |session: Session|
/// Fails if the closure takes the session in another way than it is passed.
fn check_session(closure: &ExprClosure, kind: Kind) -> syn::Result<()> {
    let Some(Pat::Type(typed)) = closure.inputs.iter().nth(kind.session_parameter()) else {
        return Ok(());
    };
    let mut ty = typed.ty.as_ref();
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    let name = compact(&typed.pat);
    let borrow = if kind.changes_session() { "&mut " } else { "&" };
    let reason = match ty {
        Type::Reference(reference) if reference.mutability.is_some() && borrow == "&" => {
            let ty = compact(&reference.elem);
            format!(
                "`#[{}]` cannot change the session: write `{name}: &{ty}`",
                kind.name()
            )
        }
        // The name of a reference has the lifetime in its arguments.
        Type::Path(path) if !has_lifetime(path.to_token_stream()) => {
            let ty = compact(path);
            format!(
                "the session is lent to `#[{}]`: write `{name}: {borrow}{ty}`",
                kind.name()
            )
        }
        _ => return Ok(()),
    };
    Err(syn::Error::new_spanned(&typed.ty, reason))
}

fn has_lifetime(tokens: TokenStream) -> bool {
    let is_start = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'');
    tokens.into_iter().any(is_start)
}

// async |session| …
/// Fails if the closure awaits, but nothing would wait for it.
fn refuse_waiting(closure: &ExprClosure, kind: Kind) -> syn::Result<()> {
    if kind.changes_session() {
        return Ok(());
    }
    let word = match (&closure.asyncness, closure.body.as_ref()) {
        (Some(word), _) => word.to_token_stream(),
        (None, Expr::Async(block)) => block.async_token.to_token_stream(),
        _ => return Ok(()),
    };
    let message = format!(
        "the closure of `#[{}]` cannot await: remove `async`, and store what it needs in the \
         session with `#[prepare]` of a launcher before this one",
        kind.name()
    );
    Err(syn::Error::new_spanned(word, message))
}

/// Returns the tokens of `|…|`.
pub(crate) fn parameters(closure: &ExprClosure) -> TokenStream {
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
    let mut field = members(input).map_err(|error| {
        syn::Error::new(
            error.span(),
            format!("expected a field of the session: write `{EXAMPLE}`"),
        )
    })?;
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?.to_tokens(&mut field);
        field.extend(members(input)?);
    }
    Ok(field)
}

// mine
// 0.1
/// Reads a field, or two fields of tuples, which Rust reads as one number.
fn members(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    if !input.peek(LitFloat) {
        return Ok(input.parse::<Member>()?.to_token_stream());
    }
    let both: LitFloat = input.parse()?;
    let index = |digits: &str| -> syn::Result<syn::Index> {
        let index = digits.parse::<u32>().map_err(|_| {
            syn::Error::new(both.span(), "expected the fields of a tuple, such as `0.1`")
        })?;
        Ok(syn::Index {
            index,
            span: both.span(),
        })
    };
    let (first, second) = both.base10_digits().split_once('.').unwrap_or_default();
    let (first, second) = (index(first)?, index(second)?);
    let dot = Token![.](both.span());
    Ok(quote!(#first #dot #second))
}
