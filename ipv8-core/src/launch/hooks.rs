//! A launcher of which only the types of its community and its session are known.
//!
//! Whatever a launch does with a launcher is built once for each pair of those types, not once for each launcher: a program may have
//! a thousand. What is built for each launcher is one function, [`Hooks::call`], with the methods that the launcher has of its own.

use std::marker::PhantomData;
use std::pin::Pin;

use super::community_launcher::{CommunityLauncher, LaunchError};
use super::erased::ErasedLauncher;
use crate::crypto::PrivateKey;
use crate::engine::overlays::Strategies;
use crate::launch::plan::LauncherMeta;
use crate::node::{Hook, Ipv8, OverlayHandle};
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::Community;

/// What `prepare` and `finalize` give.
pub(super) type Hooked<'a> = Pin<Box<dyn Future<Output = Result<(), LaunchError>> + Send + 'a>>;

/// A method of [`CommunityLauncher`] to be called: what it gets, and the place for its answer, with what stands for the default.
pub(super) enum Call<'a, C: Community, S> {
    ShouldLaunch(&'a S, &'a mut bool),
    Prepare(&'a Ipv8, &'a mut S),
    Settings(&'a S, &'a mut Option<C::Settings>),
    MyPeer(&'a S, &'a mut Option<PrivateKey>),
    WalkStrategies(&'a mut Strategies<C>),
    Bootstrappers(&'a S, &'a mut Bootstrappers),
    Finalize(&'a Ipv8, &'a mut S, &'a OverlayHandle<C>),
}

/// The methods of [`CommunityLauncher`], to be called without its type.
pub(super) trait Hooks<C: Community, S>: Send + Sync {
    /// Does nothing when the launcher has no such method of its own. The future is that of `prepare` or `finalize`.
    fn call<'a>(&'a self, call: Call<'a, C, S>) -> Option<Hooked<'a>>;
}

impl<L: CommunityLauncher> Hooks<L::Overlay, L::Session> for L {
    // Each condition is a constant: the compiler builds nothing of a method that the launcher has not.
    fn call<'a>(&'a self, call: Call<'a, L::Overlay, L::Session>) -> Option<Hooked<'a>> {
        match call {
            Call::ShouldLaunch(session, answer) => {
                if const { is_in(Own::<L>::HOOKS, Hook::ShouldLaunch) } {
                    *answer = self.should_launch(session);
                }
            }
            Call::Prepare(ipv8, session) => {
                if const { is_in(Own::<L>::HOOKS, Hook::Prepare) } {
                    return Some(Box::pin(self.prepare(ipv8, session)));
                }
            }
            Call::Settings(session, answer) => {
                if const { is_in(Own::<L>::HOOKS, Hook::Settings) } {
                    *answer = Some(self.settings(session));
                }
            }
            Call::MyPeer(session, answer) => {
                if const { is_in(Own::<L>::HOOKS, Hook::MyPeer) } {
                    *answer = self.my_peer(session);
                }
            }
            Call::WalkStrategies(strategies) => {
                if const { is_in(Own::<L>::HOOKS, Hook::WalkStrategies) } {
                    self.walk_strategies(strategies);
                }
            }
            Call::Bootstrappers(session, bootstrappers) => {
                if const { is_in(Own::<L>::HOOKS, Hook::Bootstrappers) } {
                    self.bootstrappers(session, bootstrappers);
                }
            }
            Call::Finalize(ipv8, session, overlay) => {
                if const { is_in(Own::<L>::HOOKS, Hook::Finalize) } {
                    return Some(Box::pin(self.finalize(ipv8, session, overlay)));
                }
            }
        }
        None
    }
}

/// Which methods a launcher has: a bit for each, counted out once for each launcher instead of once for each method.
pub(super) struct Own<L>(PhantomData<L>);

impl<L: CommunityLauncher> Own<L> {
    pub(super) const HOOKS: u8 = {
        let (mut bits, mut index) = (0, 0);
        while index < L::HOOKS.len() {
            bits |= 1 << L::HOOKS[index] as u8;
            index += 1;
        }
        bits
    };
}

const fn is_in(hooks: u8, hook: Hook) -> bool {
    hooks & (1 << hook as u8) != 0
}

/// A launcher of overlays of type `C` under sessions of type `S`.
pub(super) struct Launcher<C: Community, S> {
    pub(super) meta: LauncherMeta,
    pub(super) own_network: bool,
    /// Which of the methods it has: [`Own::HOOKS`].
    has: u8,
    hooks: Box<dyn Hooks<C, S>>,
}

impl<C: Community, S: Send + 'static> Launcher<C, S> {
    /// In a box of its own. Not to be inlined, or it would be built for each launcher.
    #[inline(never)]
    pub(super) fn boxed(
        meta: &'static LauncherMeta,
        has: u8,
        own_network: bool,
        hooks: Box<dyn Hooks<C, S>>,
    ) -> Box<dyn ErasedLauncher> {
        Box::new(Self {
            meta: *meta,
            own_network,
            has,
            hooks,
        })
    }

    /// Whether the launcher has this method of its own.
    pub(super) fn has(&self, hook: Hook) -> bool {
        is_in(self.has, hook)
    }

    pub(super) fn should_launch(&self, session: &S) -> bool {
        let mut answer = true;
        self.hooks.call(Call::ShouldLaunch(session, &mut answer));
        answer
    }

    pub(super) fn prepare<'a>(&'a self, ipv8: &'a Ipv8, session: &'a mut S) -> Option<Hooked<'a>> {
        self.hooks.call(Call::Prepare(ipv8, session))
    }

    pub(super) fn settings(&self, session: &S) -> C::Settings {
        let mut answer = None;
        self.hooks.call(Call::Settings(session, &mut answer));
        answer.unwrap_or_default()
    }

    pub(super) fn my_peer(&self, session: &S) -> Option<PrivateKey> {
        let mut answer = None;
        self.hooks.call(Call::MyPeer(session, &mut answer));
        answer
    }

    pub(super) fn walk_strategies(&self, strategies: &mut Strategies<C>) {
        self.hooks.call(Call::WalkStrategies(strategies));
    }

    pub(super) fn bootstrappers(&self, session: &S, bootstrappers: &mut Bootstrappers) {
        self.hooks.call(Call::Bootstrappers(session, bootstrappers));
    }

    pub(super) fn finalize<'a>(
        &'a self,
        ipv8: &'a Ipv8,
        session: &'a mut S,
        overlay: &'a OverlayHandle<C>,
    ) -> Option<Hooked<'a>> {
        self.hooks.call(Call::Finalize(ipv8, session, overlay))
    }
}
