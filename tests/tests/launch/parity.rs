//! The tests of py-ipv8's loader (`ipv8/test/test_loader.py`) for our launchers, in the same order
//! and under the same names.
//!
//! The three `_from_function` tests are left out, because their form is not needed here. So are the
//! checks of `hiddenimports` (see `linking.rs`). One difference is on purpose: strategies,
//! bootstrappers and `after` keep the order written, while py-ipv8's decorators apply from the
//! bottom up.

use ipv8_core::launch::Problem;
use ipv8_core::node::MemoryNetwork;
use ipv8_core::overlay::{BootstrapContext, Bootstrapper};
use ipv8_core::prelude::*;
use ipv8_core::{Error, LauncherMeta, launcher_meta};
use ipv8_tests::launch::{configuration, endpoint};

struct MockCommunity {
    settings: MockSettings,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct MockSettings {
    kw1: String,
    kw2: u32,
}

impl Community for MockCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x44; 20]);
    type Settings = MockSettings;

    fn new(settings: MockSettings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self { settings })
    }
}

#[derive(Default)]
struct MockWalk {
    some_attribute: u32,
}

impl DiscoveryStrategy<MockCommunity> for MockWalk {
    fn take_step(&mut self, _community: &mut MockCommunity, _cx: &mut Context<'_>) {
        assert_eq!(self.some_attribute, 4);
    }
}

#[derive(Default)]
struct MockWalk2;

impl DiscoveryStrategy<MockCommunity> for MockWalk2 {
    fn take_step(&mut self, _community: &mut MockCommunity, _cx: &mut Context<'_>) {}
}

#[derive(Default)]
struct MockBootstrapper {
    some_attribute: u32,
}

impl Bootstrapper for MockBootstrapper {
    fn get_addresses(&mut self, _cx: &mut BootstrapContext<'_>) -> Vec<std::net::SocketAddr> {
        assert_eq!(self.some_attribute, 4);
        Vec::new()
    }
}

#[derive(Default)]
struct MockBootstrapper2;

impl Bootstrapper for MockBootstrapper2 {
    fn get_addresses(&mut self, _cx: &mut BootstrapContext<'_>) -> Vec<std::net::SocketAddr> {
        Vec::new()
    }
}

struct MockSession {
    launch_condition1: bool,
    launch_condition2: bool,
    some_attribute1: &'static str,
    some_attribute2: u32,
    community: Option<OverlayHandle<MockCommunity>>,
}

impl Default for MockSession {
    fn default() -> Self {
        Self {
            launch_condition1: true,
            launch_condition2: false,
            some_attribute1: "I am a string :)",
            some_attribute2: 1337,
            community: None,
        }
    }
}

/// The launcher written by hand, with which the tests compare the decorated ones.
struct StagedCommunityLauncher;

impl CommunityLauncher for StagedCommunityLauncher {
    type Overlay = MockCommunity;
    type Session = MockSession;
    const META: LauncherMeta = launcher_meta!(
        name = "StagedCommunityLauncher",
        after = ["CommunityLauncher1", "CommunityLauncher2"]
    );

    fn should_launch(&self, session: &MockSession) -> bool {
        session.launch_condition1 && !session.launch_condition2
    }

    fn settings(&self, session: &MockSession) -> MockSettings {
        MockSettings {
            kw1: session.some_attribute1.to_owned(),
            kw2: session.some_attribute2,
        }
    }

    fn walk_strategies(
        &self,
        _session: &Self::Session,
        strategies: &mut Strategies<MockCommunity>,
    ) {
        strategies.add::<MockWalk>(20, |walk| walk.some_attribute = 4);
    }

    fn bootstrappers(&self, _session: &MockSession, bootstrappers: &mut Bootstrappers) {
        bootstrappers.add::<MockBootstrapper>(|bootstrapper| bootstrapper.some_attribute = 4);
    }

    async fn finalize(
        &self,
        _ipv8: &Ipv8,
        session: &mut MockSession,
        community: &OverlayHandle<MockCommunity>,
    ) -> Result<(), LaunchError> {
        session.community = Some(community.clone());
        Ok(())
    }
}

/// Returns a launcher decorated with the given attributes.
macro_rules! decorated {
    ($(#[$attribute:meta])*) => {{
        #[overlay(MockCommunity)]
        $(#[$attribute])*
        struct DecoratedCommunityLauncher;
        DecoratedCommunityLauncher
    }};
}

fn meta<L: CommunityLauncher>(_launcher: &L) -> LauncherMeta {
    L::META
}

fn walks<L>(launcher: &L) -> Vec<(&'static str, i32)>
where
    L: CommunityLauncher<Overlay = MockCommunity>,
    L::Session: Default,
{
    let mut strategies = Strategies::new();
    launcher.walk_strategies(&L::Session::default(), &mut strategies);
    strategies.iter().collect()
}

fn bootstrappers<L: CommunityLauncher>(launcher: &L, session: &L::Session) -> Vec<&'static str> {
    let mut bootstrappers = Bootstrappers::new();
    launcher.bootstrappers(session, &mut bootstrappers);
    bootstrappers.iter().collect()
}

#[test]
fn not_before_list() {
    let launcher = decorated!(#[after("CommunityLauncher1", "CommunityLauncher2")]);
    assert_eq!(meta(&launcher).after, meta(&StagedCommunityLauncher).after);
}

#[test]
fn not_before_multiple() {
    let launcher = decorated!(#[after("CommunityLauncher1")] #[after("CommunityLauncher2")]);
    assert_eq!(meta(&launcher).after, meta(&StagedCommunityLauncher).after);
}

#[test]
fn should_launch_single() {
    let launcher = decorated!(#[precondition(|session: &MockSession| session.launch_condition1)]);
    assert!(launcher.should_launch(&MockSession::default()));
}

#[test]
fn shouldnt_launch_single() {
    let launcher = decorated!(#[precondition(|session: &MockSession| session.launch_condition2)]);
    assert!(!launcher.should_launch(&MockSession::default()));
}

#[test]
fn should_launch_multiple() {
    let launcher = decorated!(
        #[precondition(|session: &MockSession| session.launch_condition1)]
        #[precondition(|session| !session.launch_condition2)]
    );
    assert!(launcher.should_launch(&MockSession::default()));
    assert!(StagedCommunityLauncher.should_launch(&MockSession::default()));
}

#[test]
fn shouldnt_launch_multiple() {
    let launcher = decorated!(
        #[precondition(|session: &MockSession| session.launch_condition1)]
        #[precondition(|session| session.launch_condition2)]
    );
    assert!(!launcher.should_launch(&MockSession::default()));
}

fn overlay_of<L: CommunityLauncher>(_launcher: &L) -> &'static str {
    std::any::type_name::<L::Overlay>()
}

#[overlay("self", "MockCommunity")]
struct OverlayFromStr;

#[test]
fn overlay_class_from_str() {
    assert_eq!(
        overlay_of(&OverlayFromStr),
        overlay_of(&StagedCommunityLauncher)
    );
}

#[test]
fn overlay_class_from_class() {
    assert_eq!(
        overlay_of(&decorated!()),
        overlay_of(&StagedCommunityLauncher)
    );
}

#[overlay(MockCommunity)]
#[walk_strategy("self", "MockWalk", some_attribute = 4)]
#[bootstrapper("self", "MockBootstrapper", some_attribute = 4)]
struct FromStr;

#[test]
fn walk_strategy_from_str() {
    assert_eq!(walks(&FromStr), walks(&StagedCommunityLauncher));
}

#[test]
fn walk_strategy_from_class() {
    let launcher = decorated!(#[walk_strategy(MockWalk, some_attribute = 4)]);
    assert_eq!(walks(&launcher), walks(&StagedCommunityLauncher));
}

#[test]
fn walk_strategy_multiple() {
    let launcher = decorated!(
        #[walk_strategy(MockWalk, some_attribute = 4)]
        #[walk_strategy(MockWalk2, target_peers = -1)]
    );
    assert_eq!(walks(&launcher), [("MockWalk", 20), ("MockWalk2", -1)]);
}

#[test]
fn bootstrapper_from_str() {
    let staged = bootstrappers(&StagedCommunityLauncher, &MockSession::default());
    assert_eq!(bootstrappers(&FromStr, &()), staged);
}

#[test]
fn bootstrapper_from_class() {
    let launcher = decorated!(#[bootstrapper(MockBootstrapper, some_attribute = 4)]);
    let staged = bootstrappers(&StagedCommunityLauncher, &MockSession::default());
    assert_eq!(bootstrappers(&launcher, &()), staged);
}

#[test]
fn bootstrapper_multiple() {
    let launcher = decorated!(
        #[bootstrapper(MockBootstrapper, some_attribute = 4)]
        #[bootstrapper(MockBootstrapper2)]
    );
    assert_eq!(
        bootstrappers(&launcher, &()),
        ["MockBootstrapper", "MockBootstrapper2"]
    );
}

async fn load(launchers: Launchers, session: &mut MockSession) -> Result<Ipv8, Error> {
    launchers
        .config(configuration(1, None))
        .launch_on_with(endpoint(&MemoryNetwork::new(), "10.0.0.1:1000"), session)
        .await
}

#[tokio::test(start_paused = true)]
async fn set_in_session() {
    let launcher = decorated!(#[set_in_session(community, session = MockSession)]);
    let mut session = MockSession::default();
    let node = load(Launchers::new().with(launcher), &mut session).await;
    let community = session.community.expect("it was set");
    let settings = community
        .call(|community, _| community.settings.clone())
        .await;
    assert_eq!(settings.expect("it runs"), MockSettings::default());
    drop(node);
}

#[test]
fn kwargs() {
    let launcher = decorated!(#[kwargs(
        kw1 = session.some_attribute1.to_owned(),
        kw2 = session.some_attribute2,
        session = MockSession
    )]);
    let session = MockSession::default();
    assert_eq!(
        launcher.settings(&session),
        StagedCommunityLauncher.settings(&session)
    );
}

#[test]
fn name() {
    assert_eq!(meta(&decorated!(#[name("Some Name")])).name, "Some Name");
}

#[test]
fn no_name() {
    assert_eq!(meta(&decorated!()).name, "DecoratedCommunityLauncher");
}

struct Other;

impl Community for Other {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x45; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

#[tokio::test(start_paused = true)]
async fn load_community() {
    #[overlay(Other)]
    #[name("CommunityLauncher1")]
    #[precondition(|_| false)]
    struct One;
    #[overlay(Other)]
    #[name("CommunityLauncher2")]
    struct Two;

    let mut session = MockSession::default();
    let launchers = Launchers::new()
        .with(StagedCommunityLauncher)
        .with(One)
        .with(Two);
    let node = load(launchers, &mut session).await.expect("it is launched");
    let launched = node.launched();
    assert_eq!(
        launched.len(),
        2,
        "one launcher is off, and no other waits for it"
    );
    let staged = &launched[1];
    assert_eq!(staged.id, MockCommunity::COMMUNITY_ID);
    assert_eq!(staged.strategies.len(), 1);
    assert_eq!(staged.strategies[0].name, "MockWalk");
    assert_eq!(staged.strategies[0].target_peers, 20);
    assert_eq!(staged.bootstrappers, ["MockBootstrapper"]);
    let settings = session.community.expect("it was set");
    let settings = settings
        .call(|community, _| community.settings.clone())
        .await;
    assert_eq!(settings.expect("it runs").kw2, 1337);
}

#[tokio::test(start_paused = true)]
async fn protect_infinite_loop() {
    #[overlay(MockCommunity)]
    #[name("A")]
    #[after("B")]
    struct A;
    #[overlay(Other)]
    #[name("B")]
    #[after("A")]
    struct B;

    let launched = load(
        Launchers::new().with(A).with(B),
        &mut MockSession::default(),
    )
    .await;
    let Err(Error::Plan(error)) = launched else {
        panic!("{launched:?}");
    };
    let [Problem::Cycle { path }] = error.problems() else {
        panic!("{error}");
    };
    assert!(path.iter().map(|launcher| launcher.name).eq(["A", "B"]));
}
