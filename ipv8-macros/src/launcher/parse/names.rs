//! Reads the arguments of `#[name]` and `#[after]`.

use super::settings::{read, refuse_cfg, settings};
use crate::arguments::{comma, skip_argument, starts_with_setting, string};
use crate::launcher::model::{Fragment, Kind, Setting};
use crate::problems::Problems;
use syn::parse::ParseStream;
use syn::{Lit, LitStr, Path};

/// Names and settings.
#[derive(Default)]
pub(crate) struct NameArguments {
    pub(crate) names: Vec<LitStr>,
    pub(crate) settings: Vec<Setting>,
}

// ("MyLauncher")
// ("Other", "Another", crate = my_ipv8)
pub(crate) fn name_arguments(fragment: &Fragment, problems: &mut Problems) -> NameArguments {
    let mut found = NameArguments::default();
    read(fragment, problems, |input, problems| {
        while !input.is_empty() && !starts_with_setting(input) {
            match quoted_name(input, fragment.kind) {
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
fn quoted_name(input: ParseStream<'_>, kind: Kind) -> syn::Result<LitStr> {
    refuse_cfg(input, kind)?;
    let expected = match input.fork().parse::<Path>() {
        Ok(path) if !input.peek(Lit) => {
            let word = path
                .segments
                .last()
                .map_or_else(String::new, |segment| segment.ident.to_string());
            format!("a {} in quotes: write `\"{word}\"`", kind.subject())
        }
        _ => format!("a {} in quotes: write `{}`", kind.subject(), kind.example()),
    };
    let name = string(input, &expected)?;
    match name.value().trim().is_empty() {
        true => Err(syn::Error::new_spanned(
            &name,
            "the name of a launcher cannot be empty",
        )),
        false => Ok(name),
    }
}
