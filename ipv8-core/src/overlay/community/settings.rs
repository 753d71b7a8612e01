//! Settings that a community offers to configurations.

use super::available::Available;
use super::community::Community;
use crate::support::options::Options;

impl<C: Community> Available<C> {
    /// Offers the public fields of the community's settings (py-ipv8: `initialize`).
    pub fn settings(&mut self) -> &mut Self
    where
        C::Settings: Options,
    {
        self.erased.settings = Some(|settings| {
            let settings = settings.downcast_mut::<C::Settings>()?;
            Some(settings as &mut dyn Options)
        });
        self
    }
}
