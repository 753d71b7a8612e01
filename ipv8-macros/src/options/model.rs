//! The options of a struct, as types of our own.

use proc_macro2::{Ident, Span};
use syn::{Expr, Path, Type};

/// `#[options(…)]` on the struct.
#[derive(Default)]
pub(super) struct Container {
    pub(super) krate: Option<Path>,
}

/// `#[options(…)]` on a field.
#[derive(Default)]
pub(super) struct FieldArguments {
    /// The place of `skip`.
    pub(super) skip: Option<Span>,
    pub(super) range: Option<Expr>,
}

/// One option: a public field.
pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    /// The doc comment, without markers; empty if there is none.
    pub(super) doc: String,
    pub(super) range: Option<Expr>,
}
