//! The `impl CommunityLauncher` and the registration.

use super::parts::Surroundings;
use super::{fields, hooks};
use crate::launcher::model::{Overlay, Stack};
use crate::tokens::{crate_path, generated_at, moved_to};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;

/// Returns the `impl` and the registration.
pub(crate) fn launcher(stack: &Stack, ident: &Ident, unit: bool, span: Span) -> TokenStream {
    let krate = crate_path(stack.krate.as_ref(), span);
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

/// Returns the `impl`. If the community could not be read, it names one that never runs.
pub(crate) fn implementation(stack: &Stack, ident: &Ident, span: Span) -> TokenStream {
    let krate = crate_path(stack.krate.as_ref(), span);
    let overlay = stack.overlay.as_ref();
    let at = generated_at(overlay.map_or(span, |overlay: &Overlay| overlay.span));
    let community = overlay.and_then(|overlay| overlay.community.clone());
    let community = community.unwrap_or_else(|| quote_spanned!(at=> #krate::__private::NoOverlay));
    let meta = meta(stack, ident);
    // The user's own `self`, so that their expressions can read the launcher's fields.
    let this = Ident::new("self", at.resolved_at(ident.span()));
    let session = match &stack.session {
        Some(ty) => quote!(#ty),
        None => quote_spanned!(at=> ()),
    };
    let around = Surroundings {
        krate: &krate,
        this: &this,
        at,
    };
    let (hooks, methods): (Vec<_>, Vec<_>) = methods(stack, &around).into_iter().unzip();
    let hooks = hooks.into_iter().map(|hook| Ident::new(hook, at));
    quote_spanned! {at=>
        #[automatically_derived]
        impl #krate::CommunityLauncher for #ident {
            type Overlay = #community;
            type Session = #session;
            const META: #krate::LauncherMeta = #meta;
            const HOOKS: &'static [#krate::launch::Hook] = &[#(#krate::launch::Hook::#hooks),*];
            #(#methods)*
        }
    }
}

/// Returns the methods of the `impl`, with their names in `Hook`. The others keep their default,
/// and no code is generated for them.
fn methods(stack: &Stack, around: &Surroundings<'_>) -> Vec<(&'static str, TokenStream)> {
    let strategies = fields::walk_strategies(&stack.strategies, around);
    let strategies = ("WalkStrategies", strategies);
    let mut methods = match stack.session_is_unknown {
        true => vec![strategies],
        false => vec![
            (
                "ShouldLaunch",
                hooks::should_launch(&stack.preconditions, around),
            ),
            ("Prepare", hooks::prepare(&stack.prepare, around)),
            ("Settings", fields::settings(&stack.kwargs, around)),
            ("MyPeer", hooks::my_peer(stack.my_peer.as_ref(), around)),
            strategies,
            (
                "Bootstrappers",
                fields::bootstrappers(&stack.bootstrappers, around),
            ),
            ("Finalize", hooks::finalize(&stack.endings, around)),
        ],
    };
    methods.retain(|(_, method)| !method.is_empty());
    methods
}

/// Returns `launcher_meta!(…)`, at the place of the struct's name, because `line!()` in it reports
/// that place.
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
