//! The macros in a module that forbids or denies every lint it can.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, nonstandard_style)]
#![deny(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used
)]
#![deny(let_underscore_drop, single_use_lifetimes)]
#![deny(trivial_casts, unused_lifetimes, unused_qualifications, unused_results)]

use ipv8_core::prelude::*;

/// A community that does nothing.
pub struct Quiet;

impl Community for Quiet {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([3; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

/// Uses most of the attributes.
#[overlay(Quiet)]
#[walk_strategy(RandomWalk, target_peers = -1, timeout = 4.0, window_size = 3)]
#[walk_strategy(EdgeWalk)]
#[name("Strict")]
#[after("Other")]
#[derive(Clone, Copy, Debug)]
pub struct StrictLauncher;

/// Has no strategies.
#[overlay("self", "Quiet")]
#[derive(Clone, Copy, Debug, Default)]
pub struct SecondLauncher {
    /// A field that no attribute reads.
    pub size: usize,
}

/// Names a strategy in a module that is not needed, because it is imported.
#[overlay(Quiet)]
#[walk_strategy("self.inner", "Walk")]
#[derive(Clone, Copy, Debug)]
pub struct InnerLauncher;

mod inner {
    pub(super) use ipv8_core::RandomWalk as Walk;
}
use inner::Walk;

/// A strategy under its imported name.
pub type Imported = Walk;

/// A session.
#[derive(Debug, Default)]
pub struct Session {
    enabled: bool,
    quiet: Option<OverlayHandle<Quiet>>,
}

/// Uses all attributes that need a session.
#[overlay(Quiet)]
#[precondition(|session: &Session| session.enabled)]
#[precondition(|_| true)]
#[bootstrapper(DispersyBootstrapper, bootstrap_timeout = if session.enabled { 3.0 } else { 4.0 })]
#[bootstrapper(DispersyBootstrapper)]
#[prepare(async |ipv8, session| { session.enabled = ipv8.launched().is_empty(); Ok(()) })]
#[prepare(|_, session| { session.enabled = false; Ok(()) })]
#[my_peer(|_| None)]
#[set_in_session(quiet)]
#[finalize(end)]
#[derive(Clone, Copy, Debug)]
pub struct ThirdLauncher;

async fn end(
    ipv8: &Ipv8,
    session: &mut Session,
    overlay: &OverlayHandle<Quiet>,
) -> Result<(), LaunchError> {
    let _statistics = ipv8.stats().await?;
    assert_eq!(
        session.quiet.as_ref().map(OverlayHandle::id),
        Some(overlay.id())
    );
    Ok(())
}

/// A message with a computed id.
#[derive(Debug, Payload)]
#[payload(id = FIRST + 1, unsigned)]
pub struct Hello {
    /// A text.
    pub text: String,
    /// A picture.
    #[payload(format = "varlenI")]
    pub picture: Vec<u8>,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, Payload)]
pub struct Nothing;

/// An old message.
#[deprecated = "for peers of long ago"]
#[derive(Clone, Copy, Debug, Payload)]
#[payload(id = 3)]
pub struct Old {
    /// A field that was deprecated earlier.
    #[deprecated]
    pub number: u16,
}

const FIRST: u8 = 20;

#[test]
fn it_compiles_and_is_found() {
    let names = crate::registered(|meta| meta.module == module_path!());
    let expected = ["Strict", "SecondLauncher", "InnerLauncher", "ThirdLauncher"];
    assert_eq!(names, expected);
    assert_eq!(<Hello as Message>::ID, 21);
}
