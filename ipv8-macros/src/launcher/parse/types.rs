//! Reads the arguments of `#[overlay]`, `#[walk_strategy]` and `#[bootstrapper]`.

use super::settings::{read, refuse_cfg, refuse_setting, setting, settings};
use crate::arguments::{
    argument, comma, each_argument, skip_argument, starts_with_setting, string,
};
use crate::launcher::model::{Fragment, Kind, Setting};
use crate::launcher::string_path;
use crate::problems::Problems;
use crate::tokens::{compact, is_type_name};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Lit, LitStr, Path, Token, Type, token};

/// A type and settings.
#[derive(Default)]
pub(crate) struct TypeArguments {
    /// The type; `None` if it could not be read.
    pub(crate) ty: Option<TokenStream>,
    /// `true` if the first argument is a string.
    pub(crate) quoted: bool,
    pub(crate) settings: Vec<Setting>,
}

// ("my_module.sub", "MyCommunity")
// (my_module::sub::MyCommunity)
// (RandomWalk, target_peers = 20, timeout = 3.0, crate = my_ipv8)
pub(crate) fn type_arguments(fragment: &Fragment, problems: &mut Problems) -> TypeArguments {
    let mut found = TypeArguments::default();
    let kind = fragment.kind;
    if fragment.args.is_empty() {
        problems.at(
            fragment.span,
            format!("expected a {}: write `{}`", kind.subject(), kind.example()),
        );
        return found;
    }
    read(fragment, problems, |input, problems| {
        found.quoted = input.peek(Lit);
        match target(input, kind) {
            Ok(ty) => found.ty = Some(ty),
            Err(error) => {
                problems.keep::<()>(Err(error));
                if starts_with_setting(input) {
                    found = settings_and_type(input, kind, problems);
                    return;
                }
                skip_argument(input);
            }
        }
        comma(input, problems);
        found.settings = settings(input, kind, problems);
    });
    found
}

/// Reads settings with the type among them. The wrong place of the type was already reported.
fn settings_and_type(input: ParseStream<'_>, kind: Kind, problems: &mut Problems) -> TypeArguments {
    let mut found = TypeArguments::default();
    let mut has_type = false;
    each_argument(input, problems, |input, problems| {
        if has_type || starts_with_setting(input) {
            found.settings.extend(setting(input, kind, problems)?);
        } else {
            has_type = true;
            found.ty = Some(target(input, kind)?);
        }
        Ok(())
    });
    found
}

/// Reads a type: a path, or two strings.
fn target(input: ParseStream<'_>, kind: Kind) -> syn::Result<TokenStream> {
    refuse_cfg(input, kind)?;
    refuse_setting(input, kind)?;
    match input.peek(Lit) {
        true => quoted_type(input, kind),
        false => written_type(input, kind),
    }
}

// "my_module.sub", "MyCommunity"
fn quoted_type(input: ParseStream<'_>, kind: Kind) -> syn::Result<TokenStream> {
    let subject = kind.subject();
    let module = string(input, &format!("a {subject}: write `{}`", kind.example()))?;
    if let Some(path) = second_half_without_quotes(input) {
        input.parse::<Token![,]>()?;
        return Err(input.error(string_path::half_quoted(&module, &path)));
    }
    if !(input.peek(Token![,]) && input.peek2(LitStr)) {
        return Err(syn::Error::new_spanned(
            &module,
            string_path::lonely(&module, kind),
        ));
    }
    input.parse::<Token![,]>()?;
    let class: LitStr = input.parse()?;
    if input.peek(Token![,]) && input.peek2(LitStr) {
        input.parse::<Token![,]>()?;
        let message = "the first string is the whole module, the second one the type: write `\"my_module.sub\", \"MyType\"`";
        return Err(input.error(message));
    }
    string_path::join(&module, &class)
}

// , MyCommunity
fn second_half_without_quotes(input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    ahead.parse::<Token![,]>().ok()?;
    let path: Path = ahead.parse().ok()?;
    (ahead.is_empty() || ahead.peek(Token![,])).then(|| compact(&path))
}

// my_module::sub::MyCommunity
fn written_type(input: ParseStream<'_>, kind: Kind) -> syn::Result<TokenStream> {
    if input.peek(token::Bracket) {
        return Err(list(input, kind)?);
    }
    let ty: Type = input.parse()?;
    let mut inner = &ty;
    while let Type::Group(group) = inner {
        inner = &group.elem;
    }
    if let Some(error) = not_a_type(&ty, input, kind) {
        return Err(error);
    }
    match inner {
        Type::Path(_) => Ok(ty.into_token_stream()),
        _ => {
            let message = format!(
                "a {} is named by its path: write `{}`",
                kind.subject(),
                kind.example()
            );
            Err(syn::Error::new_spanned(&ty, message))
        }
    }
}

// [RandomWalk, EdgeWalk]
/// Returns the mistake of a list of types.
fn list(input: ParseStream<'_>, kind: Kind) -> syn::Result<syn::Error> {
    let list: proc_macro2::Group = input.parse()?;
    let name = kind.name();
    let attributes: Vec<String> = compact(list.stream())
        .split(',')
        .filter(|one| !one.trim().is_empty())
        .map(|one| format!("`#[{name}({})]`", one.trim()))
        .collect();
    let message = match (kind, attributes.is_empty()) {
        (Kind::Overlay, _) => "a launcher has one community: write a struct for each".to_owned(),
        (_, true) => format!("expected a {}: write `{}`", kind.subject(), kind.example()),
        (_, false) => format!(
            "each {} has an attribute of its own: write {}",
            kind.subject(),
            attributes.join(" ")
        ),
    };
    Ok(syn::Error::new_spanned(list, message))
}

// RandomWalk(timeout = 3.0)
// RandomWalk { timeout: 3.0 }
// RandomWalk::default()
// my_module.MyCommunity
/// Returns the mistake of a type that is written as a value, or as in Python.
fn not_a_type(ty: &Type, input: ParseStream<'_>, kind: Kind) -> Option<syn::Error> {
    let shown = compact(ty);
    let attribute = kind.name();
    let is_call = input.peek(token::Paren);
    let message = match shown.rsplit_once("::") {
        Some((owner, function)) if is_call && function.starts_with(char::is_lowercase) => {
            format!("expected a type, found a call: write `#[{attribute}({owner})]`")
        }
        // Chat::new
        Some((owner, function))
            if function.starts_with(char::is_lowercase)
                && owner.rsplit("::").next().is_some_and(is_type_name) =>
        {
            format!("expected a type, found a function: write `#[{attribute}({owner})]`")
        }
        _ if is_call || input.peek(token::Brace) => match kind {
            Kind::Overlay => format!("expected a type: write `#[{attribute}({shown})]`"),
            _ => format!(
                "options are arguments of their own: write `#[{attribute}({shown}, option = value)]`"
            ),
        },
        _ if input.peek(Token![.]) => {
            let rest: String = argument(&input.fork())
                .into_iter()
                .map(|token| token.to_string().replace('.', "::"))
                .collect();
            format!("a path has `::` between its names: write `#[{attribute}({shown}{rest})]`")
        }
        _ => return None,
    };
    Some(syn::Error::new_spanned(ty, message))
}
