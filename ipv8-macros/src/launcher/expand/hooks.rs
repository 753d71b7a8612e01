//! The methods that run the user's code: conditions, settings, hooks.

use super::{assigned, generated_at};
use crate::launcher::hooks::mention;
use crate::launcher::model::{Bootstrapper, Call, Ending, Hook, Kwargs, Stack};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, Pat, ReturnType};

/// What all methods of one `impl` have in common.
pub(super) struct Surroundings<'a> {
    pub(super) krate: &'a TokenStream,
    /// `self`, as the user's expressions see it.
    pub(super) this: &'a Ident,
    pub(super) at: Span,
}

/// The methods, but for `walk_strategies`: those that come before it, and those that come after it.
pub(super) fn methods(stack: &Stack, around: &Surroundings<'_>) -> (TokenStream, TokenStream) {
    if stack.session_is_unknown {
        return Default::default();
    }
    let before = [
        should_launch(&stack.preconditions, around),
        prepare(&stack.prepare, around),
        settings(&stack.kwargs, around),
        my_peer(stack.my_peer.as_ref(), around),
    ];
    let after = [
        bootstrappers(&stack.bootstrappers, around),
        finalize(&stack.endings, around),
    ];
    (before.into_iter().collect(), after.into_iter().collect())
}

/// The methods that are written, as `Hook` calls them: nothing is built for the others.
pub(super) fn names(stack: &Stack) -> Vec<&'static str> {
    let knows = !stack.session_is_unknown;
    let written = [
        ("ShouldLaunch", knows && !stack.preconditions.is_empty()),
        ("Prepare", knows && !stack.prepare.is_empty()),
        ("Settings", knows && !stack.kwargs.is_empty()),
        ("MyPeer", knows && stack.my_peer.is_some()),
        ("WalkStrategies", !stack.strategies.is_empty()),
        ("Bootstrappers", knows && !stack.bootstrappers.is_empty()),
        ("Finalize", knows && !stack.endings.is_empty()),
    ];
    let written = written.into_iter().filter(|(_, written)| *written);
    written.map(|(name, _)| name).collect()
}

fn ours(name: &str, at: Span) -> Ident {
    Ident::new(name, generated_at(at))
}

/// `session`, as the first of the user's expressions that names it sees it: a macro of theirs may have written the struct around it.
fn visible_session<'a>(mut values: impl Iterator<Item = &'a Expr>, this: &Ident) -> Ident {
    let named = values.find_map(|value| mention(value.to_token_stream()));
    let span = named.map_or(this.span(), |named| this.span().resolved_at(named));
    Ident::new("session", span)
}

fn should_launch(conditions: &[Hook], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, this, at } = *around;
    if conditions.is_empty() {
        return TokenStream::new();
    }
    let session = ours("session", at);
    let conditions = conditions.iter().map(|condition| {
        let holds = called(&condition.call);
        let at = generated_at(holds.span());
        quote_spanned!(at=> #krate::__private::condition(#session, #holds))
    });
    quote_spanned! {at=>
        fn should_launch(&#this, #session: &Self::Session) -> ::core::primitive::bool {
            #(#conditions)&&*
        }
    }
}

fn called(call: &Call) -> TokenStream {
    match call {
        Call::Closure(closure) => closure.to_token_stream(),
        Call::Path(path) => path.to_token_stream(),
    }
}

// settings.directory = session.directory.clone();
fn settings(kwargs: &[Kwargs], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, this, .. } = *around;
    let Some(first) = kwargs.first() else {
        return TokenStream::new();
    };
    let at = generated_at(first.span);
    let values = kwargs.iter().flat_map(|kwargs| &kwargs.settings);
    let session = visible_session(values.map(|(_, value)| value), this);
    let settings = ours("settings", at);
    let ty = quote_spanned!(at=> <Self::Overlay as #krate::Community>::Settings);
    let assignments = kwargs
        .iter()
        .map(|kwargs| assigned(&settings, &kwargs.settings, kwargs.span));
    quote_spanned! {at=>
        fn settings(&#this, #session: &Self::Session) -> #ty {
            let mut #settings = <#ty as ::core::default::Default>::default();
            #(#assignments)*
            #settings
        }
    }
}

fn my_peer(hook: Option<&Hook>, around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, this, at } = *around;
    let Some(hook) = hook else {
        return TokenStream::new();
    };
    let (session, key) = (ours("session", at), called(&hook.call));
    let call_at = generated_at(key.span());
    let call = quote_spanned!(call_at=> #krate::__private::own_key(#session, #key));
    quote_spanned! {at=>
        fn my_peer(
            &#this,
            #session: &Self::Session,
        ) -> ::core::option::Option<#krate::crypto::PrivateKey> {
            #call
        }
    }
}

// bootstrappers.add::<DispersyBootstrapper>(|bootstrapper| { bootstrapper.bootstrap_timeout = 60.0; });
fn bootstrappers(added: &[Bootstrapper], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, this, at } = *around;
    if added.is_empty() {
        return TokenStream::new();
    }
    let values = added.iter().flat_map(|added| &added.options);
    let session = visible_session(values.map(|(_, value)| value), this);
    let list = ours("bootstrappers", at);
    let added = added.iter().map(|added| {
        let at = generated_at(added.span);
        let one = ours("bootstrapper", at);
        let ty = &added.bootstrapper;
        if added.options.is_empty() {
            return quote_spanned!(at=> #list.add::<#ty>(#krate::__private::unchanged););
        }
        let assignments = assigned(&one, &added.options, added.span);
        quote_spanned!(at=> #list.add::<#ty>(|#one| { #assignments });)
    });
    quote_spanned! {at=>
        fn bootstrappers(&#this, #session: &Self::Session, #list: &mut #krate::Bootstrappers) {
            #(#added)*
        }
    }
}

fn prepare(hooks: &[Hook], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, this, at } = *around;
    if hooks.is_empty() {
        return TokenStream::new();
    }
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
        ) -> ::core::result::Result<(), #krate::LaunchError> {
            #(#steps)*
            ::core::result::Result::Ok(())
        }
    }
}

fn finalize(endings: &[Ending], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, this, at } = *around;
    if endings.is_empty() {
        return TokenStream::new();
    }
    let (ipv8, session, overlay) = (ours("ipv8", at), ours("session", at), ours("overlay", at));
    let handle = quote!(&#krate::OverlayHandle<Self::Overlay>);
    let given = [
        Given::new(quote!(#ipv8), quote!(&#krate::Ipv8)),
        Given::new(quote!(&mut *#session), quote!(&mut Self::Session)),
        Given::new(quote!(#overlay), handle.clone()),
    ];
    let steps = endings.iter().map(|ending| match ending {
        Ending::Hook(hook) => step(hook, &given, &quote!(finalized), krate),
        Ending::SetInSession(field) => {
            let last = field.clone().into_iter().last();
            let at = generated_at(last.map_or(at, |token| token.span()));
            quote_spanned! {at=>
                #session.#field = ::core::option::Option::Some(::core::clone::Clone::clone(#overlay));
            }
        }
    });
    quote_spanned! {at=>
        async fn finalize(
            &#this,
            #ipv8: &#krate::Ipv8,
            #session: &mut Self::Session,
            #overlay: #handle,
        ) -> ::core::result::Result<(), #krate::LaunchError> {
            #(#steps)*
            ::core::result::Result::Ok(())
        }
    }
}

/// An argument of a hook: how it is passed, and its type.
struct Given {
    passed: TokenStream,
    ty: TokenStream,
}

impl Given {
    fn new(passed: TokenStream, ty: TokenStream) -> Self {
        Self { passed, ty }
    }
}

/// One hook that may wait and fail. `direct` is the helper that calls a closure which does not wait.
fn step(hook: &Hook, given: &[Given], direct: &TokenStream, krate: &TokenStream) -> TokenStream {
    let at = generated_at(hook.span);
    let passed = given.iter().map(|given| &given.passed);
    match &hook.call {
        Call::Path(path) => {
            let place = path
                .segments
                .last()
                .map_or(at, |last| generated_at(last.ident.span()));
            let wait = quote_spanned!(place=> .await?);
            quote_spanned!(at=> #path(#(#passed),*) #wait;)
        }
        Call::Closure(closure) if waits(closure) => {
            let at = generated_at(closure.body.span());
            let (body, done) = (waiting_body(closure, given, at), ours("done", at));
            let result = match &closure.output {
                ReturnType::Default => {
                    quote_spanned!(at=> ::core::result::Result<(), #krate::LaunchError>)
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

/// `async |…| …`, or `|…| async { … }`.
fn waits(closure: &ExprClosure) -> bool {
    closure.asyncness.is_some() || matches!(*closure.body, Expr::Async(_))
}

/// The body of a closure, with its parameters as variables: so it is no closure any more, and need not be general over lifetimes.
fn waiting_body(closure: &ExprClosure, given: &[Given], at: Span) -> TokenStream {
    let variables = closure.inputs.iter().zip(given).map(|(pattern, given)| {
        let (passed, ty) = (&given.passed, &given.ty);
        match pattern {
            Pat::Type(typed) => quote_spanned!(at=> let #typed = #passed;),
            pattern => quote_spanned!(at=> let #pattern: #ty = #passed;),
        }
    });
    let body = &closure.body;
    match (&closure.asyncness, body.as_ref()) {
        (None, Expr::Async(_)) => quote_spanned!(at=> async { #(#variables)* #body.await }),
        (_, Expr::Block(block)) if block.attrs.is_empty() && block.label.is_none() => {
            let statements = &block.block.stmts;
            quote_spanned!(at=> async { #(#variables)* #(#statements)* })
        }
        _ => quote_spanned!(at=> async { #(#variables)* #body }),
    }
}
