//! The launchers that the linker collected. The only file that names inventory.

use super::community_launcher::CommunityLauncher;
use super::erased::{ErasedLauncher, erase};
use crate::launch::plan::LauncherMeta;

/// One launcher linked into this program; made by [`register!`](crate::register!).
#[derive(Clone, Copy)]
pub struct Registration {
    meta: LauncherMeta,
    make: fn() -> Box<dyn ErasedLauncher>,
}

inventory::collect!(Registration);

/// What a registration makes; for [`register!`](crate::register!).
#[doc(hidden)]
pub type __Launcher = Box<dyn ErasedLauncher>;

impl Registration {
    /// Registers `L`, of which `make` gives a fresh instance; for [`register!`](crate::register!).
    #[doc(hidden)]
    pub const fn new<L: CommunityLauncher>(make: fn() -> Box<dyn ErasedLauncher>) -> Self {
        Self {
            meta: L::META,
            make,
        }
    }

    /// Forgets the type of a launcher; for [`register!`](crate::register!).
    #[doc(hidden)]
    #[inline]
    pub fn erase<L: CommunityLauncher>(launcher: L) -> Box<dyn ErasedLauncher> {
        erase(launcher)
    }

    /// Name, order and place.
    pub fn meta(&self) -> &LauncherMeta {
        &self.meta
    }

    /// The name of the launcher.
    pub fn name(&self) -> &'static str {
        self.meta.name
    }

    /// A fresh instance of the launcher.
    pub fn launcher(&self) -> Box<dyn ErasedLauncher> {
        (self.make)()
    }
}

/// Shows name and place.
impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Registration({})", self.meta)
    }
}

/// All launchers linked into this program, in the fixed order of [`LauncherMeta::tie_break`].
///
/// A launcher in another crate is missing if nothing in this program names that crate, because the compiler then leaves it out:
/// see [`link!`](crate::link!).
pub fn launchers() -> Vec<&'static Registration> {
    let mut found: Vec<&'static Registration> = inventory::iter::<Registration>().collect();
    found.sort_by_key(|registration| registration.meta.tie_break());
    found
}

#[doc(hidden)]
pub use inventory::submit as __submit;

/// Adds a launcher to [`launchers()`](crate::launchers): its type, and an expression that gives an instance.
///
/// Written by the macros; by hand for a launcher without them, at module level. The type has to implement [`CommunityLauncher`].
///
/// ```
/// # use ipv8_core::prelude::*;
/// # struct MyCommunity;
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// # }
/// struct Configured {
///     peers: i32,
/// }
///
/// impl CommunityLauncher for Configured {
///     type Overlay = MyCommunity;
///     type Session = ();
///     const META: ipv8_core::LauncherMeta = ipv8_core::launcher_meta!(name = "Configured", after = []);
///
///     fn walk_strategies(&self, strategies: &mut Strategies<MyCommunity>) {
///         strategies.add::<RandomWalk>(self.peers, |_| {});
///     }
/// }
/// ipv8_core::register!(Configured = Configured { peers: 5 });
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! register {
    ($launcher:ty = $instance:expr) => {
        $crate::launch::registry::__submit! {
            $crate::Registration::new::<$launcher>({
                // A closure would be built twice: itself, and as what the pointer points to.
                fn __launcher() -> $crate::launch::registry::__Launcher {
                    $crate::Registration::erase::<$launcher>($instance)
                }
                __launcher
            })
        }
    };
}

/// Keeps crates whose launchers should be found although nothing else names these crates.
///
/// A dependency that no line of the program mentions is not linked, and with it its launchers vanish without a word. Takes the names
/// of the crates as they are written in paths, in any module or function:
///
/// ```standalone_crate
/// # extern crate indexmap as plugin_a;
/// # extern crate rand as plugin_b;
/// ipv8_core::link!(plugin_a, plugin_b);
/// # fn main() {}
/// ```
///
/// To notice a loss, name what you expect: [`Launchers::only`](crate::Launchers::only) with a name that is not there is an error.
#[macro_export]
macro_rules! link {
    ($($launcher_crate:ident),+ $(,)?) => {
        $(
            use ::$launcher_crate as _;
        )+
    };
}
