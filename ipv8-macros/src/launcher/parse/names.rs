//! Reads the arguments of `#[name]` and `#[after]`.

use super::settings::{read, refuse_cfg, settings};
use crate::arguments::{argument, comma, skip_argument, starts_with_setting, string};
use crate::launcher::model::{Fragment, Kind, Name, Setting};
use crate::problems::Problems;
use proc_macro2::TokenTree;
use syn::parse::ParseStream;
use syn::{Expr, Lit};

/// Names and settings.
#[derive(Default)]
pub(crate) struct NameArguments {
    pub(crate) names: Vec<Name>,
    pub(crate) settings: Vec<Setting>,
}

// ("MyLauncher")
// (OtherLauncher, "Another", crate = my_ipv8)
pub(crate) fn name_arguments(fragment: &Fragment, problems: &mut Problems) -> NameArguments {
    let mut found = NameArguments::default();
    read(fragment, problems, |input, problems| {
        while !input.is_empty() && !starts_with_setting(input) {
            match one_name(input, fragment.kind) {
                Ok(name) => found.names.push(name),
                Err(error) => {
                    problems.keep::<()>(Err(error));
                    skip_argument(input);
                }
            }
            comma(input, problems);
        }
        found.settings = settings(input, fragment.kind, problems);
    });
    found
}

// "MyLauncher"
// MY_NAME
// concat!("My", "Launcher")
// my_module::OtherLauncher
fn one_name(input: ParseStream<'_>, kind: Kind) -> syn::Result<Name> {
    refuse_cfg(input, kind)?;
    let example = kind.example();
    let expected = match kind {
        Kind::Name => format!("a name: write `{example}`"),
        _ => format!("the path of a launcher, or its name in quotes: write `{example}`"),
    };
    if input.peek(Lit) {
        let name = string(input, &expected)?;
        return match name.value().trim().is_empty() {
            true => Err(syn::Error::new_spanned(
                &name,
                "the name of a launcher cannot be empty",
            )),
            false => Ok(Name::Text(name)),
        };
    }
    let start = input.fork();
    if let Some(words) = words(input) {
        let name = kind.name();
        let message = format!("a name with blanks has quotes: write `#[{name}(\"{words}\")]`");
        return Err(start.error(message));
    }
    let code = input.parse::<Expr>();
    match (code, kind) {
        (Ok(code @ Expr::Macro(_)), _) => Ok(Name::Code(code)),
        (Ok(Expr::Path(path)), Kind::After) if path.qself.is_none() => {
            Ok(Name::Launcher(path.path))
        }
        (Ok(code @ Expr::Path(_)), Kind::Name) => Ok(Name::Code(code)),
        (Ok(other), _) => Err(syn::Error::new_spanned(
            other,
            format!("expected {expected}"),
        )),
        (Err(_), _) => Err(start.error(format!("expected {expected}"))),
    }
}

// Chat Launcher
/// Returns the words up to the next comma, if there are several and nothing else.
fn words(input: ParseStream<'_>) -> Option<String> {
    let tokens: Vec<TokenTree> = argument(&input.fork()).into_iter().collect();
    let all_words = tokens
        .iter()
        .all(|token| matches!(token, TokenTree::Ident(_)));
    let words: Vec<String> = tokens.iter().map(TokenTree::to_string).collect();
    (all_words && words.len() > 1).then(|| words.join(" "))
}
