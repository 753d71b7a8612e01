//! Collects mistakes, so that one compilation shows all of them, and finds the nearest known word.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::fmt::Display;

/// The mistakes found so far, each with its place.
#[derive(Default)]
pub(crate) struct Problems(Vec<syn::Error>);

impl Problems {
    /// Adds a mistake at one place.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.0.push(syn::Error::new(span, message));
    }

    /// Adds a mistake that covers several tokens.
    pub(crate) fn over(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// Returns the value, or adds the error.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// Rewrites the mistakes since `before` that `syn` reports at the end of its input: the user
    /// was still writing the arguments of `#[attribute]`.
    pub(crate) fn explain_ends(&mut self, before: usize, attribute: &str) {
        for error in self.0.iter_mut().skip(before) {
            let text = error.to_string();
            let Some(expected) = text.strip_prefix("unexpected end of input, ") else {
                continue;
            };
            let message = format!("`#[{attribute}(…)]` ends too early: {expected} after this");
            *error = syn::Error::new(error.span(), message);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns one `compile_error!` per mistake.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// Returns the argument that has this name elsewhere, such as in Python or in another attribute.
pub(crate) fn meant(word: &str, aliases: &[(&str, &'static str)]) -> Option<&'static str> {
    let same = |(alias, _): &&(&str, _)| alias.eq_ignore_ascii_case(word);
    aliases.iter().find(same).map(|(_, known)| *known)
}

/// Returns the known word that is most similar to `word`: at most two edits away, and at most half
/// of its letters. Inserting, removing or replacing a letter, and swapping two neighbouring
/// letters, each count as one edit; case does not count.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|known| (distance(word, known), *known))
        .filter(|(distance, known)| *distance <= 2 && distance * 2 <= known.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn distance(one: &str, other: &str) -> usize {
    strsim::osa_distance(&one.to_lowercase(), &other.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("crate", "create", 1),
            ("carte", "crate", 1),
            ("target_peer", "target_peers", 1),
            ("UNSIGNED", "unsigned", 0),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn only_a_similar_word_is_suggested() {
        let known = ["id", "unsigned", "global_time", "crate"];
        assert_eq!(nearest("globaltime", &known), Some("global_time"));
        assert_eq!(nearest("unsgined", &known), Some("unsigned"));
        assert_eq!(nearest("idd", &known), Some("id"));
        assert_eq!(nearest("x", &known), None);
        assert_eq!(nearest("something", &known), None);
    }
}
