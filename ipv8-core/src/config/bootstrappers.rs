//! Makes bootstrappers from the name of their class.

use super::launcher::BootstrapperConfig;
use super::options::set_all;
use super::problem::{SettingError, SettingProblem};
use crate::overlay::bootstrap::{
    Bootstrapper, Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper,
};
use crate::support::options::Options;

/// The classes that a configuration can name, with py-ipv8's names.
const BOOTSTRAPPERS: [&str; 2] = ["DispersyBootstrapper", "UDPBroadcastBootstrapper"];

impl BootstrapperConfig {
    /// Makes the bootstrapper and appends it. Returns the problems with its class and options.
    pub(super) fn add_to(
        &self,
        bootstrappers: &mut Bootstrappers,
        path: &str,
    ) -> Vec<SettingProblem> {
        match self.class.value.as_str() {
            "DispersyBootstrapper" => self.add::<DispersyBootstrapper>(bootstrappers, path),
            // py-ipv8's spelling and the type's.
            "UDPBroadcastBootstrapper" | "UdpBroadcastBootstrapper" => {
                self.add::<UdpBroadcastBootstrapper>(bootstrappers, path)
            }
            name => vec![SettingProblem {
                origin: self.class.origin.clone(),
                setting: format!("{path}.class"),
                error: SettingError::unknown("bootstrapper", name, BOOTSTRAPPERS),
            }],
        }
    }

    fn add<B: Bootstrapper + Default + Options>(
        &self,
        bootstrappers: &mut Bootstrappers,
        path: &str,
    ) -> Vec<SettingProblem> {
        let mut bootstrapper = B::default();
        let path = format!("{path}.options");
        let problems = set_all(&mut bootstrapper, &self.options, &path);
        bootstrappers.add_bootstrapper(bootstrapper);
        problems
    }
}
