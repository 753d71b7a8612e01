//! The macro that registers handlers.

use crate::support::const_text::ConstText;

/// Refuses two messages with one id. [`crate::handlers!`] asks at compile time.
///
/// # Panics
/// If an id occurs twice in `ids`, with the `names` of the two messages.
#[track_caller]
pub const fn check_ids(ids: &[u8], names: &[&str]) {
    let mut left = 0;
    while left < ids.len() {
        let mut right = left + 1;
        while right < ids.len() {
            if ids[left] == ids[right] {
                ConstText::new()
                    .text("`")
                    .text(names[left])
                    .text("` and `")
                    .text(names[right])
                    .text("` have the same id, ")
                    .number(ids[left] as usize)
                    .text(": give one of them another, in its `#[payload(id = …)]`")
                    .panic()
            }
            right += 1;
        }
        left += 1;
    }
}

/// Registers handlers in a [`MessageTable`](crate::MessageTable), and refuses to compile when two
/// of the messages have the same id.
///
/// An entry is `Message => Self::handler`, or has a kind before it:
///
/// | kind | handler | called with |
/// |---|---|---|
/// | none | like `signed` or `unsigned`, whichever the message is | the peer, or the source address |
/// | `signed` | `fn(&mut Self, &Peer, Message, &mut Context<'_>)` | the peer that signed |
/// | `unsigned` | `fn(&mut Self, SocketAddr, Message, &mut Context<'_>)` | the source address |
/// | `request` | like `signed`, returns the response, or an `Option` or `Result` of it | the peer that signed |
/// | `unsigned_request` | like `unsigned`, returns the response, or an `Option` or `Result` of it | the source address |
/// | `response` | none: accepts answers, for a community that asks and does not answer | |
/// | `take_over` | like `signed`, returns `Result<(), DropReason>`; replaces one of IPv8's own messages | the peer that signed |
///
/// A handler is the path of a function, or a closure. It cannot be `async`: pass a future to
/// [`Context::spawn`](crate::Context::spawn).
///
/// See the methods of [`MessageTable`](crate::MessageTable) with these names; without a kind, see
/// [`handle`](crate::MessageTable::handle). One call takes up to about 100 entries.
///
/// ```
/// # use ipv8_core::prelude::*;
/// # use std::net::SocketAddr;
/// # #[derive(Payload)] #[payload(id = 1)] struct Hello { text: String }
/// # #[derive(Payload)] #[payload(id = 2, unsigned)] struct Ping { number: u16 }
/// # struct MyCommunity;
/// # impl MyCommunity {
/// #     fn on_hello(&mut self, _: &Peer, _: Hello, _: &mut Context<'_>) {}
/// #     fn on_ping(&mut self, _: SocketAddr, _: Ping, _: &mut Context<'_>) {}
/// # }
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// fn messages(table: &mut MessageTable<Self>) {
///     handlers!(table:
///         Hello => Self::on_hello,
///         unsigned Ping => Self::on_ping,
///     );
/// }
/// # }
/// ```
///
/// Two messages with the same id do not compile:
///
/// ```compile_fail
/// # use ipv8_core::prelude::*;
/// # #[derive(Payload)] #[payload(id = 1)] struct Hello { text: String }
/// # #[derive(Payload)] #[payload(id = 1)] struct Bye { text: String }
/// # struct MyCommunity;
/// # impl MyCommunity {
/// #     fn on_hello(&mut self, _: &Peer, _: Hello, _: &mut Context<'_>) {}
/// #     fn on_bye(&mut self, _: &Peer, _: Bye, _: &mut Context<'_>) {}
/// # }
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// fn messages(table: &mut MessageTable<Self>) {
///     handlers!(table: signed Hello => Self::on_hello, signed Bye => Self::on_bye);
/// }
/// # }
/// ```
#[macro_export]
macro_rules! handlers {
    ($table:ident: $($entries:tt)+) => {{
        $crate::__handlers!($table [] $($entries)+);
    }};
    ($($anything:tt)*) => {
        $crate::__private::compile_error!(
            "write `handlers!(table: Message => Self::handler, request Ask => Self::on_ask)`"
        )
    };
}

/// Registers the entries of [`handlers!`] one after the other, then checks the ids of all.
#[doc(hidden)]
#[macro_export]
macro_rules! __handlers {
    ($table:ident [$($message:ty,)*]) => {
        const _: () = $crate::__private::check_ids(
            &[$(<$message as $crate::Message>::ID),*],
            &[$($crate::__private::stringify!($message)),*],
        );
    };
    // Without a kind. Rules of this form are first, because `ty` cannot begin with `=>`.
    ($table:ident [$($done:tt)*] $message:ty => self.$handler:ident $(, $($rest:tt)*)?) => {
        $crate::__private::compile_error!($crate::__private::concat!(
            "a handler is named by its path: write `Self::",
            $crate::__private::stringify!($handler), "`"
        ));
        $crate::__handlers!($table [$($done)* $message,] $($($rest)*)?);
    };
    ($table:ident [$($done:tt)*] $message:ty => | $($rest:tt)*) => {
        $crate::__handlers!(@closure $table [$($done)*] handle $message => | $($rest)*);
    };
    ($table:ident [$($done:tt)*] $message:ty => move $($rest:tt)*) => {
        $crate::__handlers!(@closure $table [$($done)*] handle $message => move $($rest)*);
    };
    ($table:ident [$($done:tt)*] $message:ty => $handler:expr $(, $($rest:tt)*)?) => {
        $crate::Handlers::<$message>::IN.handle($table.this(), $handler);
        $crate::__handlers!($table [$($done)* $message,] $($($rest)*)?);
    };
    ($table:ident [$($done:tt)*] $kind:ident $message:ty => | $($rest:tt)*) => {
        $crate::__handlers!(@closure $table [$($done)*] $kind $message => | $($rest)*);
    };
    ($table:ident [$($done:tt)*] $kind:ident $message:ty => move $($rest:tt)*) => {
        $crate::__handlers!(@closure $table [$($done)*] $kind $message => move $($rest)*);
    };
    ($table:ident [$($done:tt)*] $kind:ident $message:ty => $handler:expr $(, $($rest:tt)*)?) => {
        $crate::Handlers::<$message>::IN.$kind($table.this(), $handler);
        $crate::__handlers!($table [$($done)* $message,] $($($rest)*)?);
    };
    // Here, rustc infers the parameters of the closure.
    (@closure $table:ident [$($done:tt)*] $kind:ident $message:ty => $handler:expr $(, $($rest:tt)*)?) => {
        $table.$kind::<$message>($handler);
        $crate::__handlers!($table [$($done)* $message,] $($($rest)*)?);
    };
    ($table:ident [$($done:tt)*] response $message:ty $(, $($rest:tt)*)?) => {
        $crate::Handlers::<$message>::IN.response($table.this());
        $crate::__handlers!($table [$($done)* $message,] $($($rest)*)?);
    };
    ($table:ident [$($done:tt)*] $kind:ident $message:ty $(, $($rest:tt)*)?) => {
        $crate::__private::compile_error!($crate::__private::concat!(
            "`", $crate::__private::stringify!($kind $message), "` has no handler: write `",
            $crate::__private::stringify!($kind $message), " => Self::handler`"
        ));
        $crate::__handlers!($table [$($done)* $message,] $($($rest)*)?);
    };
    ($($anything:tt)*) => {
        $crate::__private::compile_error!(
            "write `handlers!(table: Message => Self::handler, request Ask => Self::on_ask)`"
        );
    };
}
