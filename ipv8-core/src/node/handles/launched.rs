//! The launched overlays, for callers that do not wait for the node.

use std::sync::Arc;

use crate::engine::{Engine, OverlayInfo};

/// Overlays in the order in which they were added.
///
/// Adding one costs the same however many there are: the shared list is created on request.
#[derive(Debug, Default)]
pub(in crate::node) struct Launched {
    overlays: Vec<OverlayInfo>,
    shared: Option<Arc<[OverlayInfo]>>,
}

impl From<Vec<OverlayInfo>> for Launched {
    fn from(overlays: Vec<OverlayInfo>) -> Self {
        Self {
            overlays,
            shared: None,
        }
    }
}

impl Launched {
    /// Returns all of them.
    pub(super) fn all(&mut self) -> Arc<[OverlayInfo]> {
        let shared = self
            .shared
            .get_or_insert_with(|| self.overlays.clone().into());
        Arc::clone(shared)
    }

    /// Reads the overlay that was added last again from `engine`, and those added since.
    pub(super) fn update(&mut self, engine: &Engine) {
        self.overlays.pop();
        if self.overlays.len() > engine.overlay_count() {
            self.overlays.clear();
        }
        let known = self.overlays.len();
        self.overlays.extend(engine.overlays_from(known));
        self.shared = None;
    }
}
