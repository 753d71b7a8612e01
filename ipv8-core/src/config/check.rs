//! Checks of a configuration's values, whether a text or code has set them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::problem::{SettingError, SettingProblem};
use super::settings::{Config, is_walk_interval, joined};

impl Config {
    /// Returns everything that is invalid: values out of range, and the errors of all texts that
    /// were read. A launch needs an empty list.
    #[must_use]
    pub fn problems(&self) -> Vec<SettingProblem> {
        let mut problems = self.interface_problems();
        problems.extend(self.file_problems());
        problems.extend(self.walk_scaling_problem());
        problems.extend(self.tracker_problems());
        for (table, options) in self.tables() {
            problems.extend(options.out_of_range().into_iter().map(|error| {
                let origin = self.origin(&joined(table, error.name()));
                SettingProblem::of_option(origin, table, error)
            }));
        }
        problems.extend(self.sources.problems.iter().cloned());
        problems.extend(self.unknown_keys());
        problems
    }

    fn interface_problems(&self) -> Vec<SettingProblem> {
        if self.interfaces.is_empty() {
            let reason = "expected at least one address, such as \"0.0.0.0:8090\"";
            return vec![self.invalid("interfaces", "", "[]".to_owned(), reason)];
        }
        let interfaces = self.interfaces.iter().enumerate();
        let second = interfaces.filter(|(index, address)| {
            let mut before = self.interfaces.iter().take(*index);
            before.any(|one| one.is_ipv4() == address.is_ipv4())
        });
        let problems = second.map(|(index, address)| {
            let reason = "expected at most one IPv4 and one IPv6 address";
            let at = format!("[{index}]");
            self.invalid("interfaces", &at, format!("\"{address}\""), reason)
        });
        problems.collect()
    }

    fn file_problems(&self) -> impl Iterator<Item = SettingProblem> {
        let files = [
            ("key_file", self.my_peer.file()),
            ("snapshot_file", self.snapshot_file.as_deref()),
        ];
        let empty = files
            .into_iter()
            .filter(|(_, file)| file.is_some_and(|file| file.as_os_str().is_empty()));
        empty.map(|(setting, _)| {
            let reason = "expected the name of a file; leave it out for none";
            self.invalid(setting, "", "\"\"".to_owned(), reason)
        })
    }

    fn walk_scaling_problem(&self) -> Option<SettingProblem> {
        let limit = self
            .walk_scaling_limit
            .filter(|limit| is_walk_interval(*limit) && *limit < self.walk_interval)?;
        let reason = format!(
            "expected at least the walk_interval, {}",
            self.walk_interval
        );
        Some(self.invalid("walk_scaling_limit", "", limit.to_string(), &reason))
    }

    fn tracker_problems(&self) -> impl Iterator<Item = SettingProblem> {
        let only = self.bootstrap_override.as_deref().unwrap_or_default();
        let lists = [
            ("bootstrap", self.bootstrap.as_slice()),
            ("bootstrap_override", only),
        ];
        lists.into_iter().flat_map(move |(setting, addresses)| {
            let addresses = addresses.iter().enumerate();
            let unusable = addresses.filter(|(_, address)| !can_be_sent_to(address));
            unusable.map(move |(index, address)| {
                let reason = "expected the address and port of a tracker";
                let at = format!("[{index}]");
                self.invalid(setting, &at, format!("\"{address}\""), reason)
            })
        })
    }

    /// Returns a problem for each overlay that names a key which does not exist.
    fn unknown_keys(&self) -> impl Iterator<Item = SettingProblem> {
        let aliases = || self.keys.iter().map(|key| key.alias.value.as_str());
        let overlays = self.launchers.iter().chain(&self.overlays);
        overlays.filter_map(move |overlay| {
            let key = overlay.key.as_ref()?;
            let known = aliases().any(|alias| alias == key.value);
            (!known).then(|| SettingProblem {
                origin: key.origin.clone(),
                setting: format!("{}.key", overlay.path),
                error: SettingError::unknown("key", &key.value, aliases()),
            })
        })
    }

    /// Returns the problem with the value of `setting`, or with the part of it at `index`.
    fn invalid(&self, setting: &str, index: &str, found: String, reason: &str) -> SettingProblem {
        let noted = if setting == "key_file" {
            "my_peer"
        } else {
            setting
        };
        SettingProblem {
            origin: self.origin(noted),
            setting: format!("{setting}{index}"),
            error: SettingError::Value {
                found,
                reason: reason.to_owned(),
            },
        }
    }
}

fn can_be_sent_to(address: &SocketAddr) -> bool {
    let ip = address.ip();
    let broadcast = ip == IpAddr::V4(Ipv4Addr::BROADCAST);
    address.port() != 0 && !ip.is_unspecified() && !ip.is_multicast() && !broadcast
}
