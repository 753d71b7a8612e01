//! One checked stack to one `impl` and one registration.
//!
//! Tokens that no user wrote carry the place of the attribute they stem from, so that rustc's own errors land there, and are
//! invisible to the expressions of the user.

mod hooks;

use crate::launcher::check;
use crate::launcher::model::{Fragment, Item, Overlay, Stack, Strategy};
use crate::launcher::{fallback, item, relay};
use crate::problems::Problems;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, LitStr};

/// What the finaliser puts in place of the struct: the struct, its `impl`, its registration; or the struct, its mistakes,
/// and as much of the `impl` as can be had.
pub(crate) fn finalise(args: TokenStream, item_tokens: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let fragments: Vec<Fragment> = relay::fragments(args);
    let stack = check::stack(&fragments, &mut problems);
    let item = item::head(item_tokens.clone(), &mut problems);
    check::launcher(&stack, &item, &mut problems);
    let span = fragments
        .first()
        .map_or_else(Span::call_site, |first| first.span);
    let generated = match &item {
        Item::Struct { ident, unit } if problems.is_empty() => launcher(&stack, ident, *unit, span),
        Item::Struct { ident, .. } | Item::Refused { ident } => {
            fallback::launcher(&stack, ident, span)
        }
        Item::Unusable => TokenStream::new(),
    };
    let problems = problems.into_tokens();
    quote!(#item_tokens #generated #problems)
}

fn launcher(stack: &Stack, ident: &Ident, unit: bool, span: Span) -> TokenStream {
    let krate = check::krate(stack, span);
    let at = generated_at(span);
    let implementation = implementation(stack, ident, span);
    let instance = match unit {
        true => quote!(#ident),
        false => {
            let at = generated_at(ident.span());
            quote_spanned!(at=> <#ident as ::core::default::Default>::default())
        }
    };
    let registration = quote_spanned!(at=> #krate::register!(#ident = #instance););
    quote!(#implementation #registration)
}

/// The `impl CommunityLauncher`. Without a readable community it stands on one that never runs.
pub(crate) fn implementation(stack: &Stack, ident: &Ident, span: Span) -> TokenStream {
    let krate = check::krate(stack, span);
    let at = generated_at(
        stack
            .overlay
            .as_ref()
            .map_or(span, |overlay: &Overlay| overlay.span),
    );
    let overlay = stack
        .overlay
        .as_ref()
        .and_then(|overlay| overlay.community.clone());
    let overlay = overlay.unwrap_or_else(|| quote_spanned!(at=> #krate::__private::NoOverlay));
    let meta = meta(stack, ident);
    // `self` is the user's own, so that their expressions can read the launcher's fields.
    let this = Ident::new("self", at.resolved_at(ident.span()));
    let session = match &stack.session {
        Some(ty) => quote!(#ty),
        None => quote_spanned!(at=> ()),
    };
    let around = hooks::Surroundings {
        krate: &krate,
        this: &this,
        at,
    };
    let (before, after) = hooks::methods(stack, &around);
    let strategies = walk_strategies(&stack.strategies, &krate, &this, at);
    let own = hooks::names(stack);
    let own = own.iter().map(|name| Ident::new(name, at));
    quote_spanned! {at=>
        #[automatically_derived]
        impl #krate::CommunityLauncher for #ident {
            type Overlay = #overlay;
            type Session = #session;
            const META: #krate::LauncherMeta = #meta;
            const HOOKS: &'static [#krate::launch::Hook] = &[#(#krate::launch::Hook::#own),*];
            #before
            #strategies
            #after
        }
    }
}

/// `launcher_meta!(…)`. It carries the place of the struct's name, because `line!()` within it asks for that.
fn meta(stack: &Stack, ident: &Ident) -> TokenStream {
    let at = ident.span();
    let krate = match &stack.krate {
        Some(path) => moved_to(at, quote!(#path)),
        None => quote_spanned!(at=> ::ipv8_core),
    };
    let own_name = LitStr::new(&ident.unraw().to_string(), ident.span());
    let name = stack.name.as_ref().unwrap_or(&own_name);
    let after = &stack.after;
    quote_spanned!(at=> #krate::launcher_meta!(name = #name, after = [#(#after),*]))
}

fn walk_strategies(
    strategies: &[Strategy],
    krate: &TokenStream,
    this: &Ident,
    at: Span,
) -> TokenStream {
    if strategies.is_empty() {
        return TokenStream::new();
    }
    let list = Ident::new("strategies", Span::mixed_site());
    let added = strategies
        .iter()
        .map(|strategy| walk_strategy(strategy, krate, &list));
    quote_spanned! {at=>
        fn walk_strategies(&#this, #list: &mut #krate::Strategies<Self::Overlay>) {
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

// strategy.timeout = 3.0;
fn assigned(to: &Ident, fields: &[(Ident, Expr)], span: Span) -> TokenStream {
    let at = generated_at(span);
    let assignments = fields
        .iter()
        .map(|(key, value)| quote_spanned!(at=> #to.#key = #value;));
    assignments.collect()
}

/// The same tokens, meaning what they meant, at another place.
pub(crate) fn moved_to(at: Span, tokens: TokenStream) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        token.set_span(at.resolved_at(token.span()));
        token
    });
    moved.collect()
}

/// Tokens of ours at a place of the user's: names in them are found like the user's own, but locals stay ours.
pub(crate) fn generated_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}
