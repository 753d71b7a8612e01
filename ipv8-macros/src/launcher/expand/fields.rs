//! The methods that assign values to fields: `settings`, `walk_strategies` and `bootstrappers`.

use super::parts::{Surroundings, ours};
use crate::launcher::model::{Bootstrapper, Kwargs, Strategy};
use crate::tokens::{find_ident, generated_at};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

// settings.directory = session.directory.clone();
pub(super) fn settings(kwargs: &[Kwargs], around: &Surroundings<'_>) -> TokenStream {
    let krate = around.krate;
    let Some(first) = kwargs.first() else {
        return TokenStream::new();
    };
    let at = generated_at(first.span);
    let values = kwargs.iter().flat_map(|kwargs| &kwargs.settings);
    let values = values.map(|(_, value)| value);
    let this = around.this_in(values.clone());
    let session = visible_session(values, &this);
    let settings = ours("settings", at);
    let ty = quote_spanned!(at=> <Self::Overlay as #krate::Community>::Settings);
    let assignments = kwargs
        .iter()
        .map(|kwargs| assigned(&settings, &kwargs.settings, kwargs.span));
    quote_spanned! {at=>
        fn settings(&#this, #session: &Self::Session) -> #ty {
            let mut #settings = <#ty as #krate::__private::Default>::default();
            #(#assignments)*
            #settings
        }
    }
}

pub(super) fn walk_strategies(strategies: &[Strategy], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, at, .. } = *around;
    if strategies.is_empty() {
        return TokenStream::new();
    }
    let values = strategies.iter().flat_map(|strategy| {
        let options = strategy.options.iter().map(|(_, value)| value);
        strategy.target_peers.iter().chain(options)
    });
    let this = around.this_in(values.clone());
    let session = visible_session(values, &this);
    let list = Ident::new("strategies", Span::mixed_site());
    let added = strategies
        .iter()
        .map(|strategy| walk_strategy(strategy, krate, &list));
    quote_spanned! {at=>
        fn walk_strategies(&#this, #session: &Self::Session, #list: &mut #krate::Strategies<Self::Overlay>) {
            #(#added)*
        }
    }
}

// strategies.add::<RandomWalk>(20, |strategy| { strategy.timeout = 3.0; });
fn walk_strategy(strategy: &Strategy, krate: &TokenStream, list: &Ident) -> TokenStream {
    let at = generated_at(strategy.span);
    let ty = &strategy.strategy;
    let target = match &strategy.target_peers {
        Some(expr) => quote!(#expr),
        None => quote_spanned!(at=> 20),
    };
    if strategy.options.is_empty() {
        return quote_spanned!(at=> #list.add::<#ty>(#target, #krate::__private::unchanged););
    }
    let one = Ident::new("strategy", at);
    let assignments = assigned(&one, &strategy.options, strategy.span);
    quote_spanned!(at=> #list.add::<#ty>(#target, |#one| { #assignments });)
}

// bootstrappers.add::<DispersyBootstrapper>(|bootstrapper| { bootstrapper.bootstrap_timeout = 60.0;
// });
pub(super) fn bootstrappers(added: &[Bootstrapper], around: &Surroundings<'_>) -> TokenStream {
    let Surroundings { krate, at, .. } = *around;
    if added.is_empty() {
        return TokenStream::new();
    }
    let values = added.iter().flat_map(|added| &added.options);
    let values = values.map(|(_, value)| value);
    let this = around.this_in(values.clone());
    let session = visible_session(values, &this);
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

// strategy.timeout = 3.0;
fn assigned(to: &Ident, fields: &[(Ident, Expr)], span: Span) -> TokenStream {
    let at = generated_at(span);
    let assignments = fields.iter().map(|(key, value)| match value {
        // Without a value, an editor can still complete the name of the field.
        Expr::Verbatim(_) => quote_spanned!(at=> let _ = #to.#key;),
        value => quote_spanned!(at=> #to.#key = #value;),
    });
    assignments.collect()
}

/// Returns `session` as the first expression that uses it sees it: the user's own macro may have
/// written the struct around that expression.
fn visible_session<'a>(mut values: impl Iterator<Item = &'a Expr>, this: &Ident) -> Ident {
    let used = values.find_map(|value| find_ident("session", value.to_token_stream()));
    let span = used.map_or(this.span(), |used| this.span().resolved_at(used));
    Ident::new("session", span)
}
