//! The launchers that are linked into the program. The only file that names inventory.

use std::collections::HashSet;

use super::community_launcher::CommunityLauncher;
use super::launcher::Launcher;
use super::launcher_type::{AnyLauncher, LauncherType};
use crate::launch::plan::{LauncherMeta, Link};
use crate::overlay::Community;

/// One launcher that is linked into this program; [`register!`](crate::register!) creates it.
#[derive(Clone, Copy)]
pub struct Registration {
    launcher_type: &'static LauncherType,
    make: fn() -> Box<AnyLauncher>,
}

inventory::collect!(Registration);
inventory::collect!(Link);

/// An instance of a launcher, for [`register!`](crate::register!).
pub type Instance = Box<AnyLauncher>;

impl Registration {
    /// Registers `L`. `make` returns a new instance of it.
    pub const fn new<L: CommunityLauncher>(make: fn() -> Instance) -> Self {
        // The compiler evaluates a constant of a trait only where it is used. Without this line, a
        // wrong id would pass `cargo check`.
        let _ = <L::Overlay as Community>::COMMUNITY_ID;
        Self {
            launcher_type: LauncherType::of::<L>(),
            make,
        }
    }

    /// Returns a new instance of the launcher.
    pub(super) fn launcher(&self) -> Launcher {
        Launcher::from_parts(self.launcher_type, (self.make)())
    }
}

/// Returns the registrations in the fixed order of [`LauncherMeta::tie_break`].
pub(super) fn registrations() -> Vec<&'static Registration> {
    let mut found: Vec<&'static Registration> = inventory::iter::<Registration>().collect();
    found.sort_by_key(|registration| registration.launcher_type.meta.tie_break());
    found
}

/// Returns all launchers linked into this program, in a fixed order: by crate, module, file, line,
/// column and name.
///
/// A launcher in another crate is missing if nothing in this program names that crate, because the
/// compiler then does not link it: see [`link!`](crate::link!).
pub fn launchers() -> Vec<LauncherMeta> {
    let registrations = registrations().into_iter();
    registrations
        .map(|registration| registration.launcher_type.meta)
        .collect()
}

/// Returns the calls of [`link!`](crate::link!) in this program that name a crate without
/// launchers: the first one for each crate, in a fixed order. A crate that links others counts as
/// one with launchers.
pub(super) fn empty_links() -> Vec<Link> {
    let links = || inventory::iter::<Link>().copied();
    let launchers = registrations().into_iter();
    let launchers = launchers.map(|registration| registration.launcher_type.meta.crate_name);
    let filled: HashSet<&str> = launchers.chain(links().map(|link| link.by)).collect();
    let mut empty: Vec<Link> = links().filter(|link| !filled.contains(link.name)).collect();
    empty.sort_unstable();
    empty.dedup_by_key(|link| link.name);
    empty
}

pub use inventory::submit;

/// Adds a launcher to [`launchers()`](crate::launchers): its type, and an expression that returns
/// an instance.
///
/// The macros write it. Write it by hand, at module level, for a launcher without them. The type
/// must implement [`CommunityLauncher`].
///
/// ```
/// # use ipv8_core::prelude::*;
/// # struct MyCommunity;
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// # }
/// use ipv8_core::{LauncherMeta, launcher_meta};
///
/// struct Configured {
///     peers: i32,
/// }
///
/// impl CommunityLauncher for Configured {
///     type Overlay = MyCommunity;
///     type Session = ();
///     const META: LauncherMeta = launcher_meta!(name = "Configured", after = []);
///
///     fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<MyCommunity>) {
///         strategies.add::<RandomWalk>(self.peers, |_| {});
///     }
/// }
/// ipv8_core::register!(Configured = Configured { peers: 5 });
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! register {
    ($launcher:ty = $instance:expr) => {
        $crate::__private::submit! {
            $crate::__private::Registration::new::<$launcher>({
                // A closure would be compiled twice: once as itself, once as a function pointer.
                fn __launcher() -> $crate::__private::Instance {
                    $crate::__private::Box::<$launcher>::new($instance)
                }
                __launcher
            })
        }
    };
}

/// Keeps the launchers of crates that nothing else in the program names.
///
/// The compiler does not link a dependency that no line of the program mentions, so its launchers
/// disappear silently. Pass the crates' names as paths write them, in any module or function:
///
/// ```standalone_crate
/// # extern crate indexmap as plugin_a;
/// # extern crate rand as plugin_b;
/// ipv8_core::link!(plugin_a, plugin_b);
/// # fn main() {}
/// ```
///
/// A named crate should have launchers. If none of them is in the program, because the linker
/// dropped them or the crate has none, [`Launchers::warnings`](crate::Launchers::warnings) reports
/// it, and a launch logs it. To make that an error, use
/// [`Launchers::expect_crates`](crate::Launchers::expect_crates). The guide
/// [Which launchers are linked in?](crate::guide::linking) has all cases.
#[macro_export]
macro_rules! link {
    ($($launcher_crate:ident),+ $(,)?) => {
        $(
            use ::$launcher_crate as _;
            $crate::__private::submit! {
                $crate::__private::Link::new(
                    $crate::__private::stringify!($launcher_crate),
                    $crate::__private::module_path!(),
                    ($crate::__private::file!(), $crate::__private::line!(), $crate::__private::column!()),
                )
            }
        )+
    };
}
