//! The `impl CommunityLauncher` and the registration.

use super::parts::Surroundings;
use super::{fields, hooks};
use crate::launcher::model::{ItemName, Lints, Name, Overlay, Stack};
use crate::tokens::{crate_path, generated_at, moved_to, names_moved_to};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;

/// Returns the `impl` and the registration.
pub(crate) fn launcher(
    stack: &Stack,
    (name, unit): (&ItemName, bool),
    lints: &Lints,
    span: Span,
) -> TokenStream {
    let krate = crate_path(stack.krate.as_ref(), span);
    let at = generated_at(span);
    let implementation = implementation(stack, name, lints, span);
    let ident = &name.ident;
    let instance = match unit {
        true => quote!(#ident),
        false => {
            quote_spanned!(at=> <#ident as #krate::__private::Default>::default())
        }
    };
    let registration = quote_spanned!(at=> #krate::register!(#ident = #instance););
    match lints.deprecated {
        true => {
            quote_spanned!(at=> #implementation #[allow(deprecated)] const _: () = { #registration };)
        }
        false => quote!(#implementation #registration),
    }
}

/// Returns the `impl`. A launcher without an overlay, or one whose community could not be read,
/// names a community that never runs.
pub(crate) fn implementation(
    stack: &Stack,
    name: &ItemName,
    lints: &Lints,
    span: Span,
) -> TokenStream {
    let ident = &name.ident;
    let krate = crate_path(stack.krate.as_ref(), span);
    let overlay = stack.overlay.as_ref();
    let at = generated_at(overlay.map_or(span, |overlay: &Overlay| overlay.span));
    let community = overlay.and_then(|overlay| overlay.community.clone());
    let community = community.unwrap_or_else(|| quote_spanned!(at=> #krate::NoOverlay));
    let meta = meta(stack, name, span);
    // The user's own `self`, so that their expressions can read the launcher's fields.
    let this = Ident::new("self", at.resolved_at(ident.span()));
    let session = match &stack.session {
        Some(ty) => quote!(#ty),
        None => quote_spanned!(at=> ()),
    };
    let overlay_type = associated("Overlay", &community, at);
    let session_type = associated("Session", &session, at);
    let around = Surroundings {
        krate: &krate,
        this: &this,
        at,
    };
    let kwargs = kwargs(stack, &krate, at);
    let (hooks, methods): (Vec<_>, Vec<_>) = methods(stack, &around).into_iter().unzip();
    let hooks = hooks.into_iter().map(|hook| Ident::new(hook, at));
    let levels = &lints.levels;
    // The lint would suggest to remove one of two strings.
    let quoted = stack
        .quoted
        .then(|| quote_spanned!(at=> #[allow(unused_qualifications)]));
    let deprecated = lints
        .deprecated
        .then(|| quote_spanned!(at=> #[allow(deprecated)]));
    quote_spanned! {at=>
        #[automatically_derived]
        #(#levels)*
        #deprecated
        #quoted
        impl #krate::CommunityLauncher for #ident {
            #overlay_type
            #session_type
            const META: #krate::LauncherMeta = #meta;
            const HOOKS: &'static [#krate::launch::Hook] = &[#(#krate::launch::Hook::#hooks),*];
            #(#methods)*
            #kwargs
        }
    }
}

// type Session = MySession;
/// Returns an associated type whose first and last tokens are at the place of its value: if that
/// type is private, rustc points there. The name is not: an editor would take it for one more
/// definition of the value.
fn associated(name: &str, value: &TokenStream, at: Span) -> TokenStream {
    let place = value.clone().into_iter().next();
    let place = place.map_or(at, |token| at.located_at(token.span()));
    let (keyword, end) = (quote_spanned!(place=> type), quote_spanned!(place=> ;));
    let name = Ident::new(name, at);
    quote_spanned!(at=> #keyword #name = #value #end)
}

/// Returns the names of the settings that `settings` sets, for the check of a launch. They are last
/// in the `impl`: an editor that completes a name needs everything before it to stay in its place.
fn kwargs(stack: &Stack, krate: &TokenStream, at: Span) -> TokenStream {
    let settings = stack.kwargs.iter().flat_map(|kwargs| &kwargs.settings);
    let names = settings.map(|(key, _)| LitStr::new(&key.unraw().to_string(), at));
    let names: Vec<_> = names.collect();
    match names.is_empty() || stack.session_is_unknown {
        true => TokenStream::new(),
        false => {
            quote_spanned!(at=> const KWARGS: &'static [&'static #krate::__private::str] = &[#(#names),*];)
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
            (
                "Finalize",
                hooks::finalize(&stack.endings, stack.no_overlay.is_none(), around),
            ),
        ],
    };
    methods.retain(|(_, method)| !method.is_empty());
    methods
}

/// Returns `launcher_meta!(…)`, at the place of the struct's name, because `line!()` in it reports
/// that place. Its names are at the token after it: an editor would take each for a definition of
/// the struct.
fn meta(stack: &Stack, name: &ItemName, span: Span) -> TokenStream {
    let ItemName { ident, end } = name;
    let at = ident.span();
    let krate = crate_path(stack.krate.as_ref(), span);
    let own_name = LitStr::new(&ident.unraw().to_string(), at);
    let name = match &stack.name {
        Some(name) => name.to_token_stream(),
        None => own_name.to_token_stream(),
    };
    let after = stack.after.iter().map(|after| match after {
        Name::Launcher(path) => {
            let at = generated_at(span);
            quote_spanned!(at=> <#path as #krate::CommunityLauncher>::META.name)
        }
        name => name.to_token_stream(),
    });
    let path = match &stack.krate {
        Some(path) => moved_to(at, quote!(#path)),
        None => quote_spanned!(at=> ::ipv8_core),
    };
    let path = names_moved_to(*end, quote_spanned!(at=> #path::launcher_meta));
    quote_spanned!(at=> #path!(name = #name, after = [#(#after),*]))
}
