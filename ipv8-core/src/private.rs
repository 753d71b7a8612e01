//! Names for the code that the macros generate. Programs should not use them.

use crate::crypto::PrivateKey;
use crate::launch::LaunchError;
use crate::node::{Ipv8, OverlayHandle};

/// Configures a `#[walk_strategy]` or `#[bootstrapper]` without options: one instantiation per type
/// instead of one closure per launcher.
pub fn unchanged<T>(_: &mut T) {}

/// Evaluates a `#[precondition]`. It infers the type of the closure's argument.
pub fn condition<S>(session: &S, holds: impl FnOnce(&S) -> bool) -> bool {
    holds(session)
}

/// A result of `#[my_peer]`.
#[diagnostic::on_unimplemented(
    message = "`#[my_peer]` needs a `PrivateKey` or an `Option` of it, and this is a `{Self}`",
    label = "not a private key",
    note = "store a key in the session, and write `#[my_peer(|session: &MySession| session.key.clone())]`"
)]
pub trait OwnKey {
    /// Returns the key; `None` for the node's.
    fn own_key(self) -> Option<PrivateKey>;
}

impl OwnKey for PrivateKey {
    fn own_key(self) -> Option<PrivateKey> {
        Some(self)
    }
}

impl OwnKey for Option<PrivateKey> {
    fn own_key(self) -> Option<PrivateKey> {
        self
    }
}

/// Returns the key of `#[my_peer]`.
pub fn own_key<S, K: OwnKey>(session: &S, key: impl FnOnce(&S) -> K) -> Option<PrivateKey> {
    key(session).own_key()
}

/// Runs a `#[prepare]` hook that is not async.
pub fn prepared<S>(
    ipv8: &Ipv8,
    session: &mut S,
    hook: impl FnOnce(&Ipv8, &mut S) -> Result<(), LaunchError>,
) -> Result<(), LaunchError> {
    hook(ipv8, session)
}

/// Runs a `#[finalize]` hook that is not async.
pub fn finalized<S, C>(
    ipv8: &Ipv8,
    session: &mut S,
    overlay: &OverlayHandle<C>,
    hook: impl FnOnce(&Ipv8, &mut S, &OverlayHandle<C>) -> Result<(), LaunchError>,
) -> Result<(), LaunchError> {
    hook(ipv8, session, overlay)
}

/// A field of the session that `#[set_in_session]` can set.
#[diagnostic::on_unimplemented(
    message = "`#[set_in_session]` needs a field of the type `Option<OverlayHandle<{C}>>`",
    label = "this field is a `{Self}`",
    note = "give the field of the session the type `Option<OverlayHandle<{C}>>`"
)]
pub trait SessionField<C> {
    /// Stores the overlay.
    fn set(&mut self, overlay: &OverlayHandle<C>);
}

impl<C> SessionField<C> for Option<OverlayHandle<C>> {
    fn set(&mut self, overlay: &OverlayHandle<C>) {
        *self = Some(overlay.clone());
    }
}

/// Runs a `#[set_in_session]`.
pub fn set_in_session<C, F: SessionField<C>>(overlay: &OverlayHandle<C>, field: &mut F) {
    field.set(overlay);
}
