//! The loaded overlays, and how to find one again later.

use indexmap::IndexMap;

use crate::engine::overlays::Overlay;
use crate::support::hashing::OwnState;
use crate::wire::packet::CommunityId;

/// The loaded overlays by community id, in the order in which they were added.
pub(super) type OverlayMap = IndexMap<CommunityId, Box<Overlay>, OwnState>;

/// Identifies one loading of an overlay, and where it was in the [`OverlayMap`] then.
#[derive(Clone, Copy, Debug)]
pub(super) struct OverlayKey {
    pub(super) id: CommunityId,
    /// Differs for each overlay that the engine ever had.
    serial: u64,
    /// Spares hashing the id. Unloading an overlay moves those after it, so this is only a hint.
    index: usize,
}

impl OverlayKey {
    /// Returns the overlay with this id and its key.
    pub(super) fn find(overlays: &OverlayMap, id: CommunityId) -> Option<(Self, &Overlay)> {
        let (index, _, overlay) = overlays.get_full(&id)?;
        let serial = overlay.state().serial;
        Some((Self { id, serial, index }, overlay.as_ref()))
    }

    /// Returns a number that no other overlay of the engine ever had.
    pub(super) fn serial(self) -> u64 {
        self.serial
    }

    #[cfg(test)]
    pub(super) fn with_serial(mut self, serial: u64) -> Self {
        self.serial = serial;
        self
    }

    /// Returns the overlay, read-only, or `None` if it was unloaded.
    pub(super) fn peek(self, overlays: &OverlayMap) -> Option<&Overlay> {
        let at_index = overlays.get_index(self.index);
        let is_there = |overlay: &&Overlay| overlay.state().serial == self.serial;
        at_index
            .map(|(_, overlay)| overlay.as_ref())
            .filter(is_there)
            .or_else(|| overlays.get(&self.id).map(AsRef::as_ref).filter(is_there))
    }

    /// Returns the overlay, or `None` if it was unloaded.
    pub(super) fn get(self, overlays: &mut OverlayMap) -> Option<&mut Overlay> {
        let at_index = overlays.get_index(self.index);
        if at_index.is_some_and(|(_, overlay)| overlay.state().serial == self.serial) {
            let (_, overlay) = overlays.get_index_mut(self.index)?;
            return Some(overlay.as_mut());
        }
        with_serial(overlays, self.id, self.serial)
    }
}

/// Returns the overlay with this id and serial number, or `None` if it was unloaded: another
/// overlay can have its id by now.
pub(super) fn with_serial(
    overlays: &mut OverlayMap,
    id: CommunityId,
    serial: u64,
) -> Option<&mut Overlay> {
    let overlay = overlays.get_mut(&id)?;
    (overlay.state().serial == serial).then(|| overlay.as_mut())
}
