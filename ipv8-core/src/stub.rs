//! Stub of the parts that are still being written.
#![allow(missing_docs, clippy::all)]
use crate::wire::{Message, Signed, Unsigned};
use std::marker::PhantomData;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommunityId([u8; 20]);
impl CommunityId {
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }
}
#[derive(Debug)]
pub struct CommunityError;
#[derive(Debug, Clone)]
pub struct Peer;
pub struct Context<'a>(PhantomData<&'a mut ()>);
impl Context<'_> {
    pub fn random_peer(&mut self) -> Option<Peer> {
        None
    }
    pub fn send_introduction_request(&mut self, _peer: &Peer) {}
}
pub struct MessageTable<C>(PhantomData<C>);
impl<C: Community> MessageTable<C> {
    pub fn signed<M: Message<Authentication = Signed>>(
        &mut self,
        _h: fn(&mut C, &Peer, M, &mut Context<'_>),
    ) -> &mut Self {
        self
    }
    pub fn unsigned<M: Message<Authentication = Unsigned>>(
        &mut self,
        _h: fn(&mut C, std::net::SocketAddr, M, &mut Context<'_>),
    ) -> &mut Self {
        self
    }
}

#[diagnostic::on_unimplemented(
    message = "`{Self}` is no community",
    label = "does not implement `Community`",
    note = "write `impl Community for {Self}`"
)]
pub trait Community: Sized + Send + 'static {
    const COMMUNITY_ID: CommunityId;
    type Settings: Default + Send + 'static;
    fn new(settings: Self::Settings, cx: &mut Context<'_>) -> Result<Self, CommunityError>;
    fn messages(_table: &mut MessageTable<Self>) {}
}
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot walk `{C}`",
    label = "does not implement `DiscoveryStrategy<{C}>`",
    note = "write `impl<C: Community> DiscoveryStrategy<C> for {Self}`"
)]
pub trait DiscoveryStrategy<C: Community>: Send + 'static {
    fn take_step(&mut self, community: &mut C, cx: &mut Context<'_>);
}
#[derive(Debug)]
pub struct RandomWalk {
    pub timeout: f64,
    pub window_size: usize,
    pub reset_chance: u8,
    pub target_interval: f64,
    _state: u8,
}
impl Default for RandomWalk {
    fn default() -> Self {
        Self {
            timeout: 3.0,
            window_size: 5,
            reset_chance: 50,
            target_interval: 0.0,
            _state: 0,
        }
    }
}
impl<C: Community> DiscoveryStrategy<C> for RandomWalk {
    fn take_step(&mut self, _c: &mut C, _cx: &mut Context<'_>) {}
}
#[derive(Debug)]
pub struct EdgeWalk {
    pub edge_length: usize,
    pub neighborhood_size: usize,
    pub edge_timeout: f64,
    _state: u8,
}
impl Default for EdgeWalk {
    fn default() -> Self {
        Self {
            edge_length: 4,
            neighborhood_size: 6,
            edge_timeout: 3.0,
            _state: 0,
        }
    }
}
impl<C: Community> DiscoveryStrategy<C> for EdgeWalk {
    fn take_step(&mut self, _c: &mut C, _cx: &mut Context<'_>) {}
}

pub struct Entry<C> {
    pub name: &'static str,
    pub target_peers: i32,
    pub strategy: Box<dyn std::any::Any + Send>,
    pub p: PhantomData<C>,
}
pub struct Strategies<C>(Vec<Entry<C>>);
impl<C> Strategies<C> {
    pub fn new() -> Self {
        Self(Vec::new())
    }
    pub fn add<S: DiscoveryStrategy<C> + Default>(
        &mut self,
        target_peers: i32,
        configure: impl FnOnce(&mut S),
    ) -> &mut Self
    where
        C: Community,
    {
        let mut s = S::default();
        configure(&mut s);
        self.0.push(Entry {
            name: std::any::type_name::<S>(),
            target_peers,
            strategy: Box::new(s),
            p: PhantomData,
        });
        self
    }
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i32)> + '_ {
        self.0.iter().map(|e| (e.name, e.target_peers))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct LauncherMeta {
    pub name: &'static str,
    pub after: &'static [&'static str],
    pub crate_name: &'static str,
    pub module: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
}
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no launcher",
    label = "does not implement `CommunityLauncher`",
    note = "write `#[overlay(my_module::MyCommunity)]` on the struct"
)]
pub trait CommunityLauncher: Send + Sync + Sized + 'static {
    type Overlay: Community;
    const META: LauncherMeta;
    fn settings(&self) -> <Self::Overlay as Community>::Settings {
        Default::default()
    }
    fn walk_strategies(&self, _strategies: &mut Strategies<Self::Overlay>) {}
}
#[macro_export]
macro_rules! launcher_meta {
    (name = $name:expr, after = [$($after:expr),* $(,)?]) => {
        $crate::LauncherMeta { name: $name, after: &[$($after),*], crate_name: ::core::module_path!(), module: ::core::module_path!(), file: ::core::file!(), line: ::core::line!(), column: ::core::column!() }
    };
}
pub struct Registration {
    pub meta: LauncherMeta,
    pub make: fn(),
}
pub mod __private {
    pub use inventory;
    /// Stands where a launcher's community could not be read.
    pub enum NoOverlay {}
    impl super::Community for NoOverlay {
        const COMMUNITY_ID: super::CommunityId = super::CommunityId::from_bytes([0; 20]);
        type Settings = ();
        fn new(_: (), _: &mut super::Context<'_>) -> Result<Self, super::CommunityError> {
            Err(super::CommunityError)
        }
    }
    pub const fn registration<L: super::CommunityLauncher>(make: fn() -> L) -> super::Registration {
        let _ = make;
        super::Registration {
            meta: L::META,
            make: || (),
        }
    }
}
inventory::collect!(Registration);
#[macro_export]
macro_rules! register {
    ($launcher:ty = $instance:expr) => {
        $crate::__private::inventory::submit! { $crate::__private::registration::<$launcher>(|| $instance) }
    };
}
impl Registration {
    pub fn meta(&self) -> &LauncherMeta {
        &self.meta
    }
    pub fn name(&self) -> &'static str {
        self.meta.name
    }
}
pub fn launchers() -> Vec<&'static Registration> {
    let mut all: Vec<_> = inventory::iter::<Registration>.into_iter().collect();
    all.sort_by_key(|r| (r.meta.module, r.meta.line));
    all
}
#[macro_export]
macro_rules! handlers {
    ($table:ident: $($kind:ident $message:ty => $handler:expr),* $(,)?) => { $($table.$kind::<$message>($handler);)* };
}
pub mod prelude {
    pub use crate::stub::{
        Community, CommunityError, CommunityId, CommunityLauncher, Context, DiscoveryStrategy,
        EdgeWalk, MessageTable, Peer, RandomWalk,
    };
    pub use crate::{Payload, after, handlers, name, overlay, walk_strategy};
}
