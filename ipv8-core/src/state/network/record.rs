//! Data about a known address.
use super::idle::Introducer;
use crate::wire::packet::CommunityId;

/// The data about a known address (py-ipv8's `WalkableAddress`).
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) introducer: Introducer,
    pub(super) service: Option<CommunityId>,
    pub(super) new_style: bool,
    more: Option<Box<More>>,
}

/// Data that few addresses have. Both lists are sorted, and bounded by the number of registered
/// services.
#[derive(Clone, Debug, Default)]
struct More {
    /// Further registered services that it was introduced for.
    also: Vec<CommunityId>,
    /// The services that gave it up since.
    given_up: Vec<CommunityId>,
}

impl Record {
    /// An address without introducer and service, such as one of a snapshot, that no service gave
    /// up.
    pub(super) const BARE: Self = Self {
        introducer: None,
        service: None,
        new_style: false,
        more: None,
    };

    pub(super) fn new(
        introducer: Introducer,
        service: Option<CommunityId>,
        new_style: bool,
    ) -> Self {
        Self {
            introducer,
            service,
            new_style,
            more: None,
        }
    }

    /// Returns `true` if it has neither introducer nor service.
    pub(super) fn is_bare(&self) -> bool {
        self.introducer.is_none() && self.service.is_none()
    }

    /// Returns `true` if it equals [`Record::BARE`].
    pub(super) fn is_empty(&self) -> bool {
        self.is_bare() && !self.new_style && self.more.is_none()
    }

    /// Returns the further registered services that it was introduced for.
    pub(super) fn also(&self) -> &[CommunityId] {
        self.more.as_ref().map_or(&[], |more| &more.also)
    }

    /// Returns the registered services that gave it up.
    pub(super) fn given_up(&self) -> &[CommunityId] {
        self.more.as_ref().map_or(&[], |more| &more.given_up)
    }

    pub(super) fn is_also_for(&self, service: &CommunityId) -> bool {
        self.also().binary_search(service).is_ok()
    }

    pub(super) fn is_given_up_by(&self, service: &CommunityId) -> bool {
        self.given_up().binary_search(service).is_ok()
    }

    /// Records that it was introduced for `service`, which is registered.
    pub(super) fn want(&mut self, service: CommunityId) {
        if self.service == Some(service) && !self.is_given_up_by(&service) {
            return;
        }
        let more = self.more.get_or_insert_default();
        remove(&mut more.given_up, &service);
        if self.service != Some(service) {
            add(&mut more.also, service);
        }
    }

    /// Records that no peer of `service`, which is registered, is there.
    pub(super) fn give_up(&mut self, service: CommunityId) {
        add(&mut self.more.get_or_insert_default().given_up, service);
    }

    /// Forgets `service`, which is no longer registered.
    pub(super) fn forget_service(&mut self, service: &CommunityId) {
        if let Some(more) = &mut self.more {
            remove(&mut more.also, service);
            remove(&mut more.given_up, service);
        }
    }
}

fn add(list: &mut Vec<CommunityId>, service: CommunityId) {
    if let Err(place) = list.binary_search(&service) {
        list.insert(place, service);
    }
}

fn remove(list: &mut Vec<CommunityId>, service: &CommunityId) {
    if let Ok(place) = list.binary_search(service) {
        list.remove(place);
    }
}
