//! Which verified peers are at an address.
use super::services::ServiceList;
use crate::crypto::PublicKey;
use crate::packet::CommunityId;
use indexmap::IndexSet;
use std::collections::HashMap;

/// The verified peers that have one address in one of their slots: nearly always none or one, but any number of peers may
/// claim the same LAN address.
#[derive(Clone, Debug, Default)]
pub(super) enum Owners {
    #[default]
    None,
    One(PublicKey),
    Many(Box<Shared>),
}

/// Several peers at one address, with a count per service so that no question walks through all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    keys: IndexSet<PublicKey>,
    services: HashMap<CommunityId, usize>,
}

impl Owners {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    /// One of the owners, the same until the owners change.
    pub(super) fn first(&self) -> Option<&PublicKey> {
        match self {
            Self::None => None,
            Self::One(key) => Some(key),
            Self::Many(shared) => shared.keys.first(),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        let (one, many) = match self {
            Self::None => (None, None),
            Self::One(key) => (Some(key), None),
            Self::Many(shared) => (None, Some(shared.keys.iter())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// Whether any owner has `service`; `has` answers it for one key.
    pub(super) fn serve(&self, service: &CommunityId, has: impl Fn(&PublicKey) -> bool) -> bool {
        match self {
            Self::None => false,
            Self::One(key) => has(key),
            Self::Many(shared) => shared.services.contains_key(service),
        }
    }

    /// Adds an owner; `services` gives what a verified key has. Does nothing for one that is an owner already.
    pub(super) fn add<'a>(
        &mut self,
        key: &PublicKey,
        services: impl Fn(&PublicKey) -> Option<&'a ServiceList>,
    ) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(key.clone()),
            Self::One(one) if one == *key => Self::One(one),
            Self::One(one) => {
                let mut shared = Box::<Shared>::default();
                shared.add(&one, services(&one));
                shared.add(key, services(key));
                Self::Many(shared)
            }
            Self::Many(mut shared) => {
                shared.add(key, services(key));
                Self::Many(shared)
            }
        };
    }

    /// Removes an owner that has `services`.
    pub(super) fn remove(&mut self, key: &PublicKey, services: &ServiceList) {
        *self = match std::mem::take(self) {
            Self::One(one) if one != *key => Self::One(one),
            Self::None | Self::One(_) => Self::None,
            Self::Many(mut shared) => {
                shared.remove(key, services);
                match shared.keys.first() {
                    Some(last) if shared.keys.len() == 1 => Self::One(last.clone()),
                    _ => Self::Many(shared),
                }
            }
        };
    }

    /// Notes that an owner, which had not, now has `service`.
    pub(super) fn gained(&mut self, service: CommunityId) {
        if let Self::Many(shared) = self {
            *shared.services.entry(service).or_default() += 1;
        }
    }
}

impl Shared {
    fn add(&mut self, key: &PublicKey, services: Option<&ServiceList>) {
        if self.keys.insert(key.clone()) {
            for service in services.into_iter().flat_map(ServiceList::iter) {
                *self.services.entry(service).or_default() += 1;
            }
        }
    }

    fn remove(&mut self, key: &PublicKey, services: &ServiceList) {
        if !self.keys.swap_remove(key) {
            return;
        }
        for service in services.iter() {
            if let Some(count) = self.services.get_mut(&service) {
                *count -= 1;
                if *count == 0 {
                    self.services.remove(&service);
                }
            }
        }
    }
}
