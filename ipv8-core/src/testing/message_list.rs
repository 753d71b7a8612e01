//! Lists of message types, for assertions.

use crate::wire::packet::{OpenError, open_signed, open_unsigned};
use crate::wire::{Authentication, Message};

/// One message type of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageKind {
    /// [`Message::ID`].
    pub id: u8,
    /// [`Message::NAME`].
    pub name: &'static str,
}

impl MessageKind {
    pub(super) const fn of<M: Message>() -> Self {
        Self {
            id: M::ID,
            name: M::NAME,
        }
    }
}

/// The reason why a datagram is not the message that an assertion names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} (id {}) cannot be read: {error}", kind.name, kind.id)]
pub struct NotThat {
    /// The named message.
    pub kind: MessageKind,
    /// The problem with the datagram.
    pub error: OpenError,
}

/// A list of messages: a tuple of up to twelve types, such as `(Hello, Ping)`, or an array, such as
/// `[Hello; 20]`. `()` is the empty list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of messages",
    note = "write a tuple of up to twelve message types, such as `(Hello,)` or `(Hello, Ping)`, or an array such as `[Hello; 20]`"
)]
pub trait MessageList: Sized {
    /// Returns the types, in order.
    #[doc(hidden)]
    fn kinds() -> Vec<MessageKind>;

    /// Reads one datagram for each type.
    ///
    /// # Errors
    ///
    /// [`NotThat`] for the first datagram that cannot be read as its type, or is missing.
    #[doc(hidden)]
    fn open(datagrams: &[&[u8]]) -> Result<Self, NotThat>;
}

/// Reads a datagram as an `M`.
pub(super) fn open<M: Message>(datagram: &[u8]) -> Result<M, NotThat> {
    let opened = if <M::Authentication as Authentication>::SIGNED {
        open_signed::<M>(datagram, M::GLOBAL_TIME).map(|(_, _, _, message)| message)
    } else {
        open_unsigned::<M>(datagram, M::GLOBAL_TIME).map(|(_, message)| message)
    };
    opened.map_err(|error| NotThat {
        kind: MessageKind::of::<M>(),
        error,
    })
}

/// Reads the datagram at `index` as an `M`; a missing one counts as empty.
fn open_at<M: Message>(datagrams: &[&[u8]], index: usize) -> Result<M, NotThat> {
    open(datagrams.get(index).copied().unwrap_or_default())
}

impl<M: Message, const N: usize> MessageList for [M; N] {
    fn kinds() -> Vec<MessageKind> {
        vec![MessageKind::of::<M>(); N]
    }

    fn open(datagrams: &[&[u8]]) -> Result<Self, NotThat> {
        let opened: Result<Vec<M>, _> = (0..N).map(|index| open_at(datagrams, index)).collect();
        match <[M; N]>::try_from(opened?) {
            Ok(messages) => Ok(messages),
            Err(_) => unreachable!("N messages were read"),
        }
    }
}

macro_rules! tuple {
    ($($message:ident $index:tt),*) => {
        impl<$($message: Message),*> MessageList for ($($message,)*) {
            fn kinds() -> Vec<MessageKind> {
                vec![$(MessageKind::of::<$message>()),*]
            }

            fn open(datagrams: &[&[u8]]) -> Result<Self, NotThat> {
                let _ = datagrams;
                Ok(($(open_at::<$message>(datagrams, $index)?,)*))
            }
        }
    };
}

tuple!();
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
