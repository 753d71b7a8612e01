//! Stand-ins for floors 2 to 5, only so that the launcher compiles alone. To be dropped.
#![allow(missing_docs, unused_variables, clippy::all)]

pub mod packet {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct CommunityId([u8; 20]);
    impl CommunityId {
        pub const fn from_bytes(bytes: [u8; 20]) -> Self {
            Self(bytes)
        }
    }
}

pub mod network {
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct NetworkLimits {
        pub max_peers: usize,
    }
}

pub mod context {
    pub struct Context<'a>(std::marker::PhantomData<&'a mut ()>);
}

pub mod community {
    use super::{context::Context, packet::CommunityId};
    #[derive(Debug)]
    pub struct CommunityError;
    pub trait Community: Sized + Send + 'static {
        const COMMUNITY_ID: CommunityId;
        type Settings: Default + Send + 'static;
        fn new(settings: Self::Settings, cx: &mut Context<'_>) -> Result<Self, CommunityError>;
    }
}

pub mod strategy {
    use super::{community::Community, context::Context};
    pub trait DiscoveryStrategy<C: Community>: Send + 'static {
        fn take_step(&mut self, community: &mut C, cx: &mut Context<'_>);
    }
    pub struct Strategies<C>(Vec<(&'static str, i32)>, std::marker::PhantomData<C>);
    impl<C: Community> Strategies<C> {
        pub fn new() -> Self {
            Self(Vec::new(), std::marker::PhantomData)
        }
        pub fn add<S: DiscoveryStrategy<C> + Default>(
            &mut self,
            target: i32,
            configure: impl FnOnce(&mut S),
        ) -> &mut Self {
            configure(&mut S::default());
            self.0.push((std::any::type_name::<S>(), target));
            self
        }
    }
}

pub mod overlay {
    use crate::crypto::PrivateKey;
    use std::net::SocketAddr;
    pub struct OverlayConfig {
        pub my_key: PrivateKey,
        pub max_peers: i32,
        pub bootstrap: Vec<SocketAddr>,
    }
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct OverlayId(pub usize);
    #[derive(Debug)]
    pub struct OverlayError;
}

pub mod engine {
    use super::{community::Community, overlay::*, strategy::Strategies};
    pub struct Engine;
    impl Engine {
        pub fn add_overlay<C: Community>(
            &mut self,
            overlay: OverlayConfig,
            settings: C::Settings,
            strategies: Strategies<C>,
            now: std::time::Instant,
        ) -> Result<OverlayId, OverlayError> {
            Ok(OverlayId(0))
        }
    }
}

pub mod prelude {
    pub use super::{community::*, context::*, packet::CommunityId, strategy::*};
}
