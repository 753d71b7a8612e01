//! The formats of lists, which depend on the item type.

use super::formats::{self, Format};
use super::{PackError, Payload, Reader, UnpackError, Writer};

/// A type whose lists have a default format.
///
/// | item | format of the list |
/// |---|---|
/// | `u8` | `varlenH` |
/// | `bool`, `i64`, `f64` | `arrayH-?`, `arrayH-q`, `arrayH-d` |
/// | `T: Payload` | `payload-list` |
#[diagnostic::on_unimplemented(
    message = "a list of `{Self}` has no default wire format",
    label = "`Vec<{Self}>` cannot be a field of a payload without a format",
    note = "name a format with `#[payload(format = \"…\")]`, or derive `Payload` for the items"
)]
pub trait ListItem: Sized {
    /// Writes a list. The parameter is a `Vec` because [`Format`] works on whole field types.
    ///
    /// # Errors
    /// [`PackError`] if the list is too long for its count, or an item cannot be packed.
    #[expect(
        clippy::ptr_arg,
        reason = "passed to formats, which are defined on Vec"
    )]
    fn pack_list(items: &Vec<Self>, writer: &mut Writer) -> Result<(), PackError>;

    /// Reads a list.
    ///
    /// # Errors
    /// [`UnpackError`] if the bytes are not such a list.
    fn unpack_list(reader: &mut Reader<'_>) -> Result<Vec<Self>, UnpackError>;
}

macro_rules! list_items {
    ($($item:ty: $marker:ident,)*) => {$(
        impl ListItem for $item {
            fn pack_list(items: &Vec<Self>, writer: &mut Writer) -> Result<(), PackError> {
                formats::$marker::pack(items, writer)
            }

            fn unpack_list(reader: &mut Reader<'_>) -> Result<Vec<Self>, UnpackError> {
                formats::$marker::unpack(reader)
            }
        }
    )*};
}

list_items! {
    u8: VarlenH,
    bool: ArrayHBool,
    i64: ArrayHI64,
    f64: ArrayHF64,
}

// Without the attribute, rustc would ask for `Payload`, and list other payloads.
#[diagnostic::do_not_recommend]
impl<T: Payload> ListItem for T {
    fn pack_list(items: &Vec<Self>, writer: &mut Writer) -> Result<(), PackError> {
        formats::NestedList::pack(items, writer)
    }

    fn unpack_list(reader: &mut Reader<'_>) -> Result<Vec<Self>, UnpackError> {
        formats::NestedList::unpack(reader)
    }
}
