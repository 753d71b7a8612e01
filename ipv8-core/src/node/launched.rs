//! The overlays as they were launched, for whoever asks without waiting for the node.

use std::sync::Arc;

use crate::engine::{Engine, OverlayInfo};

/// Overlays in the order in which they were added. Adding one costs the same however many there are: the list that others get is
/// made when somebody asks.
#[derive(Debug, Default)]
pub(super) struct Launched {
    overlays: Vec<OverlayInfo>,
    given: Option<Arc<[OverlayInfo]>>,
}

impl From<Vec<OverlayInfo>> for Launched {
    fn from(overlays: Vec<OverlayInfo>) -> Self {
        Self {
            overlays,
            given: None,
        }
    }
}

impl Launched {
    /// All of them.
    pub(super) fn all(&mut self) -> Arc<[OverlayInfo]> {
        let given = self
            .given
            .get_or_insert_with(|| self.overlays.clone().into());
        Arc::clone(given)
    }

    /// Reads anew what `engine` says of the overlay added last, and of those added since.
    pub(super) fn update(&mut self, engine: &Engine) {
        self.overlays.pop();
        if self.overlays.len() > engine.overlay_count() {
            self.overlays.clear();
        }
        let known = self.overlays.len();
        self.overlays.extend(engine.overlays_from(known));
        self.given = None;
    }
}
