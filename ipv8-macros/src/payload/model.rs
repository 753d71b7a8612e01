//! A payload struct, as types of our own.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, LitStr, Member, Path, Type, TypePath};

/// `#[payload(…)]` on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) id: Option<Expr>,
    /// The place of the key `id`.
    pub(crate) id_span: Option<Span>,
    /// The place of `unsigned`.
    pub(crate) unsigned: Option<Span>,
    /// The place of `global_time`.
    pub(crate) global_time: Option<Span>,
    /// The type that answers this message.
    pub(crate) response: Option<Type>,
    /// The place of `response`.
    pub(crate) response_span: Option<Span>,
    /// The place of `reserved_id`.
    pub(crate) reserved_id: Option<Span>,
    pub(crate) krate: Option<Path>,
    /// `true` if the struct or a field is `#[deprecated]`.
    pub(crate) deprecated: bool,
}

impl Container {
    /// Returns `true` if an argument is one of a message.
    pub(crate) const fn looks_like_message(&self) -> bool {
        self.id.is_some()
            || self.unsigned.is_some()
            || self.global_time.is_some()
            || self.response_span.is_some()
            || self.reserved_id.is_some()
    }

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
    pub(crate) ty: Type,
    pub(crate) codec: Codec,
    /// The type inside of the `Option` of an optional field.
    pub(crate) optional: Option<Type>,
    /// The place of `identifier`.
    pub(crate) identifier: Option<Span>,
}

impl Field {
    /// Returns the type of the value on the wire.
    pub(crate) fn value_type(&self) -> &Type {
        self.optional.as_ref().unwrap_or(&self.ty)
    }
}

/// How a field is written and read.
#[derive(Default)]
pub(crate) enum Codec {
    /// The default format of its type.
    #[default]
    Default,
    /// `format = "varlenI"`.
    Named(Format),
    /// `format = Seconds`: a type that implements `ipv8_core::wire::Format`.
    Path(TypePath),
    /// `with = seconds`: a module with `pack` and `unpack`.
    With(Path),
    /// `flatten`: the fields of another payload, without its size.
    Flatten(Span),
}

/// `#[payload(…)]` on a field.
#[derive(Default)]
pub(crate) struct FieldArguments {
    pub(crate) codec: Option<Codec>,
    /// The place of `optional`.
    pub(crate) optional: Option<Span>,
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
