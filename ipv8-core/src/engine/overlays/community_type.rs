//! A type of community as a table of functions that do not name it.
//!
//! The compiler generates these functions once for each type of community. All other code of the
//! library that works with communities is compiled once, so they are few and short.

use std::any::{Any, TypeId, type_name};

use crate::overlay::community::{
    AnyAvailable, AnyCommunity, Available, Community, CommunityError, MessageTable, Messages,
};
use crate::overlay::context::Context;
use crate::support::type_name::short_name;
use crate::wire::packet::CommunityId;

/// The settings of a community, with their type erased.
pub(crate) type AnySettings = Box<dyn Any + Send>;

/// A type of community, erased.
pub(crate) struct CommunityType {
    identity: fn() -> (TypeId, &'static str),
    /// [`Community::COMMUNITY_ID`].
    pub(crate) usual_id: CommunityId,
    /// [`Community::MAX_PEERS`].
    pub(crate) max_peers: i32,
    /// [`Community::OBSERVES_NETWORK`].
    pub(crate) observes_network: bool,
    default_settings: fn() -> AnySettings,
    available: fn() -> AnyAvailable,
    messages: fn() -> Messages,
    id: fn(&dyn Any) -> CommunityId,
    create: Create,
}

/// Calls [`Community::new`].
type Create = fn(AnySettings, &mut Context<'_>) -> Result<Box<dyn AnyCommunity>, CommunityError>;

impl CommunityType {
    /// Returns the table of `C`, which the compiler fills.
    pub(crate) const fn of<C: Community>() -> &'static Self {
        const {
            &Self {
                identity: || (TypeId::of::<C>(), type_name::<C>()),
                usual_id: C::COMMUNITY_ID,
                max_peers: C::MAX_PEERS,
                observes_network: C::OBSERVES_NETWORK,
                default_settings: || Box::new(C::Settings::default()),
                available: || Available::<C>::new().erased,
                messages: messages::<C>,
                id: id::<C>,
                create: create::<C>,
            }
        }
    }

    pub(crate) fn type_id(&self) -> TypeId {
        (self.identity)().0
    }

    /// Returns the type's name without its path, as configurations write it.
    pub(crate) fn name(&self) -> &'static str {
        short_name(self.full_name())
    }

    /// Returns the type's name with its path.
    pub(crate) fn full_name(&self) -> &'static str {
        (self.identity)().1
    }

    pub(crate) fn default_settings(&self) -> AnySettings {
        (self.default_settings)()
    }

    /// Returns what the community offers to configurations.
    pub(crate) fn available(&self) -> AnyAvailable {
        (self.available)()
    }

    /// Returns the community's messages and their handlers.
    pub(crate) fn messages(&self) -> Messages {
        (self.messages)()
    }

    /// Returns the id of an overlay with these settings.
    pub(crate) fn id(&self, settings: &AnySettings) -> CommunityId {
        (self.id)(&**settings)
    }

    /// Creates a community.
    ///
    /// # Errors
    /// Those of [`Community::new`].
    pub(crate) fn create(
        &self,
        settings: AnySettings,
        cx: &mut Context<'_>,
    ) -> Result<Box<dyn AnyCommunity>, CommunityError> {
        (self.create)(settings, cx)
    }
}

fn messages<C: Community>() -> Messages {
    let mut table = MessageTable::default();
    C::messages(&mut table);
    table.into_erased()
}

fn id<C: Community>(settings: &dyn Any) -> CommunityId {
    let settings = settings.downcast_ref();
    settings.map_or(C::COMMUNITY_ID, C::community_id)
}

fn create<C: Community>(
    settings: AnySettings,
    cx: &mut Context<'_>,
) -> Result<Box<dyn AnyCommunity>, CommunityError> {
    match settings.downcast() {
        Ok(settings) => Ok(Box::new(C::new(*settings, cx)?)),
        Err(_) => Err("the settings are of another community".into()),
    }
}
