//! The methods that run the user's code: `should_launch`, `prepare`, `my_peer` and `finalize`.

use super::parts::{Surroundings, ours};
use crate::launcher::model::{Call, Ending, Hook};
use crate::tokens::{first_span, generated_at, moved_to};
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, Pat, ReturnType};

pub(super) fn should_launch(conditions: &[Hook], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, at, .. } = *around;
    if conditions.is_empty() {
        return TokenStream::new();
    }
    let this = around.this_in(conditions);
    let session = ours("session", at);
    let conditions = conditions.iter().map(|condition| {
        let holds = condition.to_token_stream();
        let at = generated_at(holds.span());
        quote_spanned!(at=> #krate::__private::condition(#session, #holds))
    });
    quote_spanned! {at=>
        fn should_launch(&#this, #session: &Self::Session) -> #krate::__private::bool {
            #(#conditions)&&*
        }
    }
}

pub(super) fn my_peer(hook: Option<&Hook>, around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, at, .. } = *around;
    let Some(hook) = hook else {
        return TokenStream::new();
    };
    let this = around.this_in([hook]);
    let (session, key) = (ours("session", at), hook.to_token_stream());
    let call_at = generated_at(key.span());
    let place = moved_to(call_at, krate.clone());
    let call = quote_spanned!(call_at=> #place::__private::own_key(#session, #key));
    quote_spanned! {at=>
        fn my_peer(
            &#this,
            #session: &Self::Session,
        ) -> #krate::__private::Option<#krate::crypto::PrivateKey> {
            #call
        }
    }
}

pub(super) fn prepare(hooks: &[Hook], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, at, .. } = *around;
    if hooks.is_empty() {
        return TokenStream::new();
    }
    let this = around.this_in(hooks);
    let (ipv8, session) = (ours("ipv8", at), ours("session", at));
    let given = [
        Given::new(quote!(#ipv8), quote!(&#krate::Ipv8)),
        Given::new(quote!(&mut *#session), quote!(&mut Self::Session)),
    ];
    let steps = hooks
        .iter()
        .map(|hook| step(hook, &given, &quote!(prepared), krate));
    quote_spanned! {at=>
        async fn prepare(
            &#this,
            #ipv8: &#krate::Ipv8,
            #session: &mut Self::Session,
        ) -> #krate::__private::Result<(), #krate::LaunchError> {
            #(#steps)*
            #krate::__private::Ok(())
        }
    }
}

/// Without an overlay, the user's code gets no handle of one.
pub(super) fn finalize(
    endings: &[Ending],
    has_overlay: bool,
    around: &Surroundings<'_>,
) -> TokenStream {
    let Surroundings { krate, at, .. } = *around;
    if endings.is_empty() {
        return TokenStream::new();
    }
    let this = around.this_in(endings.iter().filter_map(Ending::hook));
    let (ipv8, session, overlay) = (ours("ipv8", at), ours("session", at), ours("overlay", at));
    let handle = quote!(&#krate::OverlayHandle<Self::Overlay>);
    let mut given = vec![
        Given::new(quote!(#ipv8), quote!(&#krate::Ipv8)),
        Given::new(quote!(&mut *#session), quote!(&mut Self::Session)),
    ];
    let mut direct = quote!(prepared);
    if has_overlay {
        given.push(Given::new(quote!(#overlay), handle.clone()));
        direct = quote!(finalized);
    }
    let steps = endings.iter().map(|ending| match ending {
        Ending::Hook(hook) => step(hook, &given, &direct, krate),
        Ending::SetInSession { span, field } => {
            let at = generated_at(*span);
            let (session, overlay) = (ours("session", at), ours("overlay", at));
            // The argument is a block at the field, for rustc's errors: an editor takes each
            // generated name there for one more definition of the field.
            let mut argument =
                Group::new(Delimiter::Brace, quote_spanned!(at=> &mut #session.#field));
            if let Some(last) = field.clone().into_iter().last() {
                argument.set_span(generated_at(last.span()));
            }
            let krate = moved_to(at, krate.clone());
            quote_spanned!(at=> #krate::__private::set_in_session(#overlay, #argument);)
        }
    });
    quote_spanned! {at=>
        async fn finalize(
            &#this,
            #ipv8: &#krate::Ipv8,
            #session: &mut Self::Session,
            #overlay: #handle,
        ) -> #krate::__private::Result<(), #krate::LaunchError> {
            #(#steps)*
            #krate::__private::Ok(())
        }
    }
}

/// An argument of a hook: the expression that passes it, and its type.
struct Given {
    passed: TokenStream,
    ty: TokenStream,
}

impl Given {
    fn new(passed: TokenStream, ty: TokenStream) -> Self {
        Self { passed, ty }
    }
}

/// Returns the call of a hook that may await and fail. `direct` is the helper that calls a closure
/// that does not await.
fn step(hook: &Hook, given: &[Given], direct: &TokenStream, krate: &TokenStream) -> TokenStream {
    let at = generated_at(hook.span);
    let passed = given.iter().map(|given| &given.passed);
    match &hook.call {
        Call::Path(path) => {
            let place = path
                .path
                .segments
                .last()
                .map_or(at, |last| generated_at(last.ident.span()));
            let wait = quote_spanned!(place=> .await?);
            quote_spanned!(at=> #path(#(#passed),*) #wait;)
        }
        Call::Closure(closure) if waits(closure) => {
            let at = generated_at(start(&closure.body));
            let (body, done) = (waiting_body(closure, given, at), ours("done", at));
            let result = match &closure.output {
                ReturnType::Default => {
                    quote_spanned!(at=> #krate::__private::Result<(), #krate::LaunchError>)
                }
                ReturnType::Type(_, ty) => ty.to_token_stream(),
            };
            quote_spanned!(at=> let #done: #result = #body.await; #done?;)
        }
        Call::Closure(closure) => {
            quote_spanned!(at=> #krate::__private::#direct(#(#passed,)* #closure)?;)
        }
    }
}

/// Returns the place of the first token, of a block that of its opening brace: an editor takes
/// generated names at the place of a whole block for definitions of everything in it.
fn start(body: &Expr) -> Span {
    match body {
        Expr::Block(block) if block.attrs.is_empty() && block.label.is_none() => {
            block.block.brace_token.span.open()
        }
        body => first_span(&body.to_token_stream()),
    }
}

/// Returns `true` for `async |…| …` and `|…| async { … }`.
fn waits(closure: &ExprClosure) -> bool {
    closure.asyncness.is_some() || matches!(*closure.body, Expr::Async(_))
}

/// Returns the body of a closure with its parameters as variables. Without the closure it need not
/// be generic over lifetimes.
fn waiting_body(closure: &ExprClosure, given: &[Given], at: Span) -> TokenStream {
    let variables = closure.inputs.iter().zip(given).map(|(pattern, given)| {
        let (passed, ty) = (&given.passed, &given.ty);
        match pattern {
            Pat::Type(typed) => quote_spanned!(at=> let #typed = #passed;),
            pattern => quote_spanned!(at=> let #pattern: #ty = #passed;),
        }
    });
    let body = &closure.body;
    let (code, whole) = match (&closure.asyncness, body.as_ref()) {
        (None, Expr::Async(_)) => (quote_spanned!(at=> #(#variables)* #body.await), at),
        (_, Expr::Block(block)) if block.attrs.is_empty() && block.label.is_none() => {
            let statements = &block.block.stmts;
            let code = quote_spanned!(at=> #(#variables)* #(#statements)*);
            (code, generated_at(block.block.brace_token.span.join()))
        }
        _ => (quote_spanned!(at=> #(#variables)* #body), at),
    };
    // rustc underlines the whole body if its result is wrong.
    let mut block = Group::new(Delimiter::Brace, code);
    block.set_span(whole);
    quote_spanned!(at=> async #block)
}
