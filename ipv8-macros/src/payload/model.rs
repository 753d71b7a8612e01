//! What a payload struct says.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, LitStr, Member, Path, Type};

/// `#[payload(…)]` on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) id: Option<Expr>,
    /// Where `unsigned` stands.
    pub(crate) unsigned: Option<Span>,
    /// Where `global_time` stands.
    pub(crate) global_time: Option<Span>,
    /// The type that answers this message.
    pub(crate) response: Option<Type>,
    /// Where `response` stands.
    pub(crate) response_span: Option<Span>,
    pub(crate) krate: Option<Path>,
    /// Whether the struct or a field is `#[deprecated]`.
    pub(crate) deprecated: bool,
}

impl Container {
    /// Deriving is no use of what is deprecated.
    pub(crate) fn allow_deprecated(&self) -> Option<TokenStream> {
        self.deprecated.then(|| quote::quote!(#[allow(deprecated)]))
    }
}

/// The id of a message.
pub(crate) struct Message {
    pub(crate) id: TokenStream,
    /// Whether the id is no literal, so that only the compiler knows its value.
    pub(crate) computed: bool,
}

/// One field.
pub(crate) struct Field {
    pub(crate) member: Member,
    pub(crate) ty: TokenStream,
    pub(crate) format: Option<Format>,
    /// Where `identifier` stands.
    pub(crate) identifier: Option<Span>,
}

/// What stands above a field.
#[derive(Default)]
pub(crate) struct FieldArguments {
    pub(crate) format: Option<Format>,
    pub(crate) identifier: Option<Span>,
}

/// `#[payload(format = "…")]`.
pub(crate) struct Format {
    pub(crate) literal: LitStr,
    /// The type in `ipv8_core::wire::formats` that stands for the name.
    pub(crate) marker: &'static str,
}

/// The fields, and how the struct is built from them.
pub(crate) struct Fields {
    pub(crate) list: Vec<Field>,
    pub(crate) style: Style,
}

impl Fields {
    /// The field that belongs requests and responses together.
    pub(crate) fn identifier(&self) -> Option<&Field> {
        self.list.iter().find(|field| field.identifier.is_some())
    }
}

/// How a struct is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Named,
    Tuple,
    Unit,
}

/// A crate path as tokens.
pub(crate) fn krate(container: &Container, span: Span) -> TokenStream {
    match &container.krate {
        Some(path) => quote::quote!(#path),
        None => crate::launcher::relay::default_crate(span),
    }
}
