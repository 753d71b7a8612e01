//! A payload struct, as types of our own.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, LitStr, Member, Path, Type};

/// `#[payload(…)]` on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) id: Option<Expr>,
    /// The place of `unsigned`.
    pub(crate) unsigned: Option<Span>,
    /// The place of `global_time`.
    pub(crate) global_time: Option<Span>,
    /// The type that answers this message.
    pub(crate) response: Option<Type>,
    /// The place of `response`.
    pub(crate) response_span: Option<Span>,
    pub(crate) krate: Option<Path>,
    /// `true` if the struct or a field is `#[deprecated]`.
    pub(crate) deprecated: bool,
}

impl Container {
    /// Returns an attribute that allows the generated code to use deprecated fields.
    pub(crate) fn allow_deprecated(&self) -> Option<TokenStream> {
        self.deprecated.then(|| quote::quote!(#[allow(deprecated)]))
    }
}

/// The id of a message.
pub(crate) struct Message {
    pub(crate) id: TokenStream,
    /// `true` if the id is not a literal, so that only the compiler knows its value.
    pub(crate) computed: bool,
}

/// One field.
pub(crate) struct Field {
    pub(crate) member: Member,
    pub(crate) ty: TokenStream,
    pub(crate) format: Option<Format>,
    /// The place of `identifier`.
    pub(crate) identifier: Option<Span>,
}

/// `#[payload(…)]` on a field.
#[derive(Default)]
pub(crate) struct FieldArguments {
    pub(crate) format: Option<Format>,
    pub(crate) identifier: Option<Span>,
}

/// `#[payload(format = "…")]`.
pub(crate) struct Format {
    pub(crate) literal: LitStr,
    /// The type in `ipv8_core::wire::formats` for that name.
    pub(crate) marker: &'static str,
}

/// The fields, and the style of the struct.
pub(crate) struct Fields {
    pub(crate) list: Vec<Field>,
    pub(crate) style: Style,
}

impl Fields {
    /// Returns the field by which a response finds its request.
    pub(crate) fn identifier(&self) -> Option<&Field> {
        self.list.iter().find(|field| field.identifier.is_some())
    }
}

/// The style of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Named,
    Tuple,
    Unit,
}
