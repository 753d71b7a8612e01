//! The attributes that use the session or define hooks, and their effects at run time.

use std::net::SocketAddr;

use ipv8_core::crypto::PrivateKey;
use ipv8_core::launch::Hook;
use ipv8_core::prelude::*;
use ipv8_core::{Error, precondition as only_if};
use ipv8_tests::desk::{address, key};
use ipv8_tests::launch::{configuration, endpoint};
use ipv8_tests::probe::Log;

/// The session of this program.
#[derive(Default)]
struct Session {
    enabled: bool,
    directory: String,
    size: u32,
    trackers: Vec<SocketAddr>,
    key: Option<PrivateKey>,
    log: Log,
    overlays: Overlays,
    first: Option<OverlayHandle<Store>>,
    complain: bool,
}

#[derive(Default)]
struct Overlays {
    store: Option<OverlayHandle<Store>>,
}

mod store {
    use super::*;

    pub(crate) struct Store {
        pub(crate) settings: Settings,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Settings {
        pub(crate) directory: String,
        pub(crate) size: u32,
        pub(crate) ratio: f64,
        pub(crate) session: u8,
    }

    impl Default for Settings {
        fn default() -> Self {
            Self {
                directory: String::new(),
                size: 1,
                ratio: 0.5,
                session: 0,
            }
        }
    }

    impl Community for Store {
        const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x71; 20]);
        type Settings = Settings;

        fn new(settings: Settings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self { settings })
        }
    }
}
use store::{Settings, Store};

fn has_directory(session: &Session) -> bool {
    session.log.push("has_directory");
    !session.directory.is_empty()
}

async fn open(_ipv8: &Ipv8, session: &mut Session) -> Result<(), std::io::Error> {
    session.log.push("open");
    match session.complain {
        true => Err(std::io::Error::other("it is locked")),
        false => Ok(()),
    }
}

/// Uses every attribute: six read the session, four change it, and one names its type.
#[set_in_session(first)]
#[kwargs(directory = session.directory.clone(), size = self.factor, ratio = 0.25)]
#[prepare(open)]
#[only_if(|session| { session.log.push("enabled"); session.enabled })]
#[finalize(async |ipv8, session: &mut Session, overlay| {
    assert!(session.first.is_some() && session.overlays.store.is_none(), "set_in_session runs in order");
    let size = overlay.call(|store, _| store.settings.size).await?;
    session.log.push(format!("{size} {}", ipv8.launched().len()));
    if size > 100 {
        return Err(format!("{size} is too much").into());
    }
    Ok(())
})]
#[overlay("store", "Store")]
#[ipv8_core::precondition(has_directory)]
#[bootstrapper(DispersyBootstrapper, ip_addresses = session.trackers.clone(), bootstrap_timeout = 60.0)]
#[cfg_attr(all(), kwargs(size = session.size * self.factor, r#session = 9))]
#[my_peer(|session| session.key.clone())]
#[prepare(|_ipv8, session| { session.log.push("prepare"); session.size += 1; Ok(()) })]
#[set_in_session(overlays.store)]
#[walk_strategy(RandomWalk, target_peers = self.target)]
struct StoreLauncher {
    factor: u32,
    target: i32,
}

impl Default for StoreLauncher {
    fn default() -> Self {
        Self {
            factor: 10,
            target: 5,
        }
    }
}

fn session() -> Session {
    Session {
        enabled: true,
        directory: "here".into(),
        size: 3,
        trackers: vec![address("10.0.0.9:9000")],
        ..Session::default()
    }
}

async fn launch(session: &mut Session) -> Result<Ipv8, Error> {
    Launchers::collected()
        .only(["StoreLauncher", "Plain"])
        .config(configuration(1, None))
        .launch_on_with(endpoint(&Default::default(), "10.0.0.1:1000"), session)
        .await
}

/// Reads no session, so its session type is `()`.
#[overlay("plain", "Plain")]
#[name("Plain")]
#[precondition(|_| true)]
#[finalize(|_, _, overlay| { assert_eq!(overlay.id(), plain::Plain::COMMUNITY_ID); Ok(()) })]
#[prepare(|_, _| async { Ok(()) })]
struct PlainLauncher;

mod plain {
    use super::*;

    pub(crate) struct Plain;

    impl Community for Plain {
        const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x72; 20]);
        type Settings = ();

        fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_attribute_takes_effect() {
    let mut session = session();
    session.key = Some(key(77));
    let node = launch(&mut session).await.expect("it is launched");
    assert_eq!(
        session.log.lines(),
        ["enabled", "has_directory", "open", "prepare", "40 1"]
    );
    let store = session.overlays.store.expect("it was set");
    let settings = store.call(|store, _| store.settings.clone()).await;
    let expected = Settings {
        directory: "here".into(),
        size: 40,
        ratio: 0.25,
        session: 9,
    };
    assert_eq!(settings.expect("it runs"), expected);
    let mid = store.call(|_, cx| cx.my_mid()).await.expect("it runs");
    assert_eq!(mid, key(77).mid());
    let launched = node.launched();
    let info = launched.iter().find(|info| info.id == store.id());
    let info = info.expect("it was launched");
    assert_eq!(info.bootstrappers, ["DispersyBootstrapper"]);
    assert_eq!(info.strategies[0].target_peers, 5);
    assert!(session.first.is_some_and(|first| first.id() == store.id()));
}

#[tokio::test(start_paused = true)]
async fn conditions_run_in_the_order_written_up_to_the_first_false_one() {
    let mut off = session();
    off.enabled = false;
    let node = launch(&mut off).await.expect("the other one is launched");
    assert_eq!(node.launched().len(), 1);
    assert_eq!(off.log.lines(), ["enabled"]);

    let mut nowhere = session();
    nowhere.directory.clear();
    let node = launch(&mut nowhere)
        .await
        .expect("the other one is launched");
    assert_eq!(node.launched().len(), 1);
    assert_eq!(nowhere.log.lines(), ["enabled", "has_directory"]);
}

#[tokio::test(start_paused = true)]
async fn hook_errors_name_the_hook_and_keep_their_text() {
    let mut locked = session();
    locked.complain = true;
    let error = launch(&mut locked).await.expect_err("it is locked");
    assert!(
        matches!(
            &error,
            Error::Hook {
                hook: Hook::Prepare,
                ..
            }
        ),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with(" failed in prepare: it is locked"),
        "{error}"
    );

    let mut large = session();
    large.size = 10;
    let error = launch(&mut large).await.expect_err("110 is too much");
    assert!(
        error
            .to_string()
            .ends_with(" failed in finalize: 110 is too much"),
        "{error}"
    );
    // The handle stays in the session, but its node has stopped.
    let first = large.first.expect("it was set before");
    assert!(first.peers().await.is_err());
}

mod by_macro {
    use super::*;

    macro_rules! launcher {
        ($name:ident, $session:ty, $condition:expr, $setting:ident = $value:expr) => {
            #[overlay(Store)]
            #[precondition($condition)]
            #[kwargs($setting = $value, session = $session)]
            #[set_in_session(first)]
            #[derive(Default)]
            pub(super) struct $name {
                _unused: u8,
            }
        };
    }

    launcher!(ByMacro, Session, |session| session.size == 3, size = 8);

    #[test]
    fn launchers_written_by_a_macro_have_sessions_too() {
        let launcher = ByMacro::default();
        assert!(launcher.should_launch(&session()));
        assert_eq!(launcher.settings(&session()).size, 8);
        let launchers = Launchers::collected().only(["ByMacro"]);
        assert_eq!(launchers.names(), ["ByMacro"]);
    }
}
