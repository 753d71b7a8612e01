//! Bootstrappers by the name of their class.

use std::net::SocketAddr;

use serde_json::Value;

use super::definition::BootstrapperConfig;
use super::origin::Located;
use super::problem::{SettingError, SettingProblem};
use super::reader::Reader;
use crate::overlay::bootstrap::{
    Bootstrapper, Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper,
};
use crate::support::options::Options;

/// The classes that a configuration can name, as py-ipv8 calls them.
pub const BOOTSTRAPPERS: [&str; 2] = ["DispersyBootstrapper", "UDPBroadcastBootstrapper"];

impl BootstrapperConfig {
    /// Whether its class and its options are there.
    pub(super) fn check(&self, path: &str, reader: &mut Reader) {
        reader
            .problems
            .extend(self.add_to(&mut Bootstrappers::new(), path));
    }

    /// Makes it and appends it; what is wrong with it.
    pub(crate) fn add_to(
        &self,
        bootstrappers: &mut Bootstrappers,
        path: &str,
    ) -> Vec<SettingProblem> {
        match self.class.value.as_str() {
            "DispersyBootstrapper" => self.add::<DispersyBootstrapper>(bootstrappers, path),
            // py-ipv8's spelling, and the type's.
            "UDPBroadcastBootstrapper" | "UdpBroadcastBootstrapper" => {
                self.add::<UdpBroadcastBootstrapper>(bootstrappers, path)
            }
            name => vec![SettingProblem {
                origin: self.class.origin.clone(),
                setting: format!("{path}.class"),
                mistake: SettingError::unknown("bootstrapper", name, BOOTSTRAPPERS),
            }],
        }
    }
}

impl BootstrapperConfig {
    fn add<B: Bootstrapper + Default + Options>(
        &self,
        bootstrappers: &mut Bootstrappers,
        path: &str,
    ) -> Vec<SettingProblem> {
        let mut bootstrapper = B::default();
        let problems = set_all(&mut bootstrapper, &self.init, &format!("{path}.init"));
        bootstrappers.add_bootstrapper(bootstrapper);
        problems
    }
}

/// Sets options by name; what is wrong, each with its place.
pub(super) fn set_all(
    options: &mut dyn Options,
    values: &[(String, Located<Value>)],
    path: &str,
) -> Vec<SettingProblem> {
    let wrong = values.iter().filter_map(|(name, value)| {
        let error = set_one(options, name, value).err()?;
        Some(SettingProblem {
            origin: value.origin.clone(),
            setting: path.to_owned(),
            mistake: SettingError::Option(error),
        })
    });
    wrong.collect()
}

/// Tries the value as it stands, then in the other forms it may have been meant in.
fn set_one(
    options: &mut dyn Options,
    name: &str,
    value: &Located<Value>,
) -> Result<(), crate::support::options::OptionError> {
    use super::origin::Origin;
    let error = match options.set_option(name, &value.value) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    let again = match (&value.value, &value.origin) {
        (Value::Array(list), _) => paired_addresses(list),
        // What looks like JSON in a variable may be meant as text.
        (Value::String(_), _) => None,
        (other, Origin::Variable(_)) => Some(Value::String(other.to_string())),
        _ => None,
    };
    match again {
        Some(again) => options.set_option(name, &again).map_err(|_| error),
        None => Err(error),
    }
}

/// `[["127.0.0.1", 8090]]`, as py-ipv8 writes addresses, as `["127.0.0.1:8090"]`.
fn paired_addresses(list: &[Value]) -> Option<Value> {
    let address = |pair: &Value| {
        let [host, port] = pair.as_array()?.as_slice() else {
            return None;
        };
        let port = u16::try_from(port.as_u64()?).ok()?;
        let address = SocketAddr::new(host.as_str()?.parse().ok()?, port);
        Some(Value::String(address.to_string()))
    };
    list.iter()
        .map(address)
        .collect::<Option<Vec<_>>>()
        .map(Value::Array)
}
