//! Launchers of several sessions in one launch, launchers without an overlay, and community ids
//! that are used twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipv8_core::config::LauncherConfig;
use ipv8_core::launch::{LaunchDecision, Problem};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_core::{Error, LauncherMeta, launcher_meta};
use ipv8_tests::desk::PROBE;
use ipv8_tests::launch::{configuration, endpoint, is_open};
use ipv8_tests::probe::{Probe, ProbeSettings};

const HERE: &str = "10.0.0.1:1000";

/// The session of one plugin.
#[derive(Debug, Default)]
struct Database {
    log: Vec<&'static str>,
    rows: usize,
    window: f64,
    ended: Arc<AtomicUsize>,
}

/// The session of another plugin, which knows nothing of the first one.
#[derive(Debug, Default)]
struct Screen {
    overlay: Option<OverlayHandle<Probe<1>>>,
    rows: usize,
}

#[launcher]
#[prepare(async |_ipv8, database: &mut Database| {
    database.log.push("opened");
    database.rows = 3;
    database.window = 7.5;
    Ok(())
})]
#[finalize(async |ipv8, database: &mut Database| {
    database.log.push("finalized");
    let ended = Ended(database.ended.clone());
    ipv8.spawn(async move {
        let _ended = ended;
        std::future::pending::<()>().await;
    });
    Ok(())
})]
struct DatabaseLauncher;

/// Counts its end.
struct Ended(Arc<AtomicUsize>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[overlay(Probe<0>)]
#[after(DatabaseLauncher)]
#[walk_strategy(RandomWalk, target_peers = session.rows as i32, timeout = session.window)]
#[precondition(|database: &Database| database.log.is_empty())]
struct RowsLauncher;

#[overlay(Probe<1>)]
#[after(RowsLauncher)]
#[set_in_session(overlay)]
#[finalize(|_ipv8, screen: &mut Screen, _overlay| {
    screen.rows += 1;
    Ok(())
})]
struct ScreenLauncher;

#[overlay(Probe<2>)]
#[name(concat!("Last", "One"))]
#[after(DatabaseLauncher, concat!("Screen", "Launcher"))]
struct LastOneLauncher;

fn all() -> Launchers {
    Launchers::new()
        .with(LastOneLauncher)
        .with(ScreenLauncher)
        .with(RowsLauncher)
        .with(DatabaseLauncher)
        .config(configuration(1, None))
}

#[tokio::test(start_paused = true)]
async fn launchers_of_two_sessions_and_of_none_are_launched_together() {
    let (mut database, mut screen) = (Database::default(), Screen::default());
    let ended = database.ended.clone();
    let network = MemoryNetwork::new();
    let launchers = all().session(&mut database).session(&mut screen);
    let node = launchers.launch_on(endpoint(&network, HERE)).await;
    let node = node.expect("each launcher has its session");
    assert_eq!(database.log, ["opened", "finalized"]);
    assert_eq!((screen.rows, screen.overlay.is_some()), (1, true));
    let launched = node.launched();
    let names: Vec<_> = launched
        .iter()
        .map(|overlay| overlay.name.as_str())
        .collect();
    assert_eq!(names, ["RowsLauncher", "ScreenLauncher", "LastOne"]);
    let strategy = &launched[0].strategies[0];
    assert_eq!(strategy.target_peers, 3, "the session was prepared before");
    drop(screen);
    assert_eq!(ended.load(Ordering::SeqCst), 0, "the task runs");
    node.stop().await;
    tokio::task::yield_now().await;
    assert_eq!(
        ended.load(Ordering::SeqCst),
        1,
        "the task ends with the node"
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_session_is_reported_before_anything_runs() {
    let mut database = Database::default();
    let network = MemoryNetwork::new();
    let launchers = all().session(&mut database);
    let Err(Error::Plan(error)) = launchers.launch_on(endpoint(&network, HERE)).await else {
        panic!("the screen is missing");
    };
    let [
        Problem::Session {
            launcher,
            wanted,
            given,
        },
    ] = error.problems()
    else {
        panic!("{error}");
    };
    assert_eq!(launcher.name, "ScreenLauncher");
    assert!(
        wanted.ends_with("Screen") && given[0].ends_with("Database"),
        "{error}"
    );
    assert!(
        error.to_string().contains("pass both with session(&mut …)"),
        "{error}"
    );
    assert!(database.log.is_empty() && !is_open(&network, HERE));
}

#[tokio::test(start_paused = true)]
async fn two_sessions_of_one_type_are_refused() {
    let mut databases = [Database::default(), Database::default()];
    let [first, second] = &mut databases;
    let mut screen = Screen::default();
    let launchers = all().session(first).session(&mut screen).session(second);
    let plan = launchers.preview().plan.expect_err("two databases");
    let [Problem::RepeatedSession { session }] = plan.problems() else {
        panic!("{plan}");
    };
    assert!(session.ends_with("Database"));
    let network = MemoryNetwork::new();
    let error = launchers.launch_on(endpoint(&network, HERE)).await;
    assert!(error.is_err_and(|error| error.to_string().contains("two sessions of type")));
}

#[test]
fn a_preview_shows_a_launcher_without_an_overlay_like_all_others() {
    let (mut database, mut screen) = (Database::default(), Screen::default());
    let preview = all().session(&mut database).session(&mut screen).preview();
    let order = [
        "DatabaseLauncher",
        "RowsLauncher",
        "ScreenLauncher",
        "LastOne",
    ];
    assert_eq!(preview.plan.as_deref(), Ok(order.as_slice()));
    let database = preview.get("DatabaseLauncher").expect("it is there");
    assert_eq!(
        (database.overlay, database.decision),
        (None, LaunchDecision::Launch)
    );
    assert!(database.strategies.is_empty() && database.bootstrappers.is_empty());
    let rows = preview.get("RowsLauncher").expect("it is there");
    assert_eq!(
        rows.strategies,
        [("RandomWalk", 0)],
        "the session as it is now"
    );
}

#[test]
fn settings_of_an_overlay_are_refused_for_a_launcher_without_one() {
    let wrong = LauncherConfig::new("DatabaseLauncher")
        .max_peers(3)
        .setting("size", 1);
    let config = configuration(1, None).launcher(wrong);
    let error = all().config(config).check().expect_err("it has no overlay");
    let texts: Vec<_> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[0].contains("settings: the launcher has no overlay"),
        "{texts:?}"
    );
    let off = LauncherConfig::new("DatabaseLauncher").enabled(false);
    let plan = all().config(configuration(1, None).launcher(off)).check();
    let names: Vec<_> = plan.expect("it can be off").names().collect();
    assert_eq!(names, ["RowsLauncher", "ScreenLauncher", "LastOne"]);
}

macro_rules! same {
    ($($name:ident, $text:literal, $condition:literal;)*) => {$(
        /// Has the community id of [`RowsLauncher`].
        struct $name;

        impl CommunityLauncher for $name {
            type Overlay = Probe<0>;
            type Session = Database;
            const META: LauncherMeta = launcher_meta!(name = $text, after = []);

            fn should_launch(&self, _database: &Database) -> bool {
                $condition
            }

            async fn prepare(&self, _: &Ipv8, database: &mut Database) -> Result<(), LaunchError> {
                database.log.push($text);
                Ok(())
            }

            fn settings(&self, _database: &Database) -> ProbeSettings {
                ProbeSettings::default()
            }
        }
    )*};
}

same! {
    First, "First", true;
    Second, "Second", true;
    Never, "Never", false;
}

#[tokio::test(start_paused = true)]
async fn a_community_id_that_is_used_twice_is_found_before_anything_runs() {
    let mut database = Database::default();
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(First).with(Second).with(Never);
    let launchers = launchers
        .config(configuration(1, None))
        .session(&mut database);
    let Err(Error::Plan(error)) = launchers.launch_on(endpoint(&network, HERE)).await else {
        panic!("two overlays have one id");
    };
    let [Problem::SameCommunity { id, overlays }] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(*id, PROBE);
    let [first, second] = [First::META, Second::META].map(|meta| meta.to_string());
    assert_eq!(overlays, &[first, second], "both places");
    assert!(database.log.is_empty() && !is_open(&network, HERE));
}

#[test]
fn one_of_two_launchers_with_a_community_id_may_be_off_or_have_a_condition() {
    let both = || Launchers::new().with(First).with(Never);
    let names: Vec<_> = both()
        .check()
        .expect("only one is launched")
        .names()
        .collect();
    assert_eq!(names, ["First", "Never"], "a check does not ask");
    let mut database = Database::default();
    let plan = both().session(&mut database).preview().plan;
    assert_eq!(plan.as_deref(), Ok(["First"].as_slice()));
    let twins = all().with(TwinLauncher).without(["TwinLauncher"]);
    twins.check().expect("the other one is left out");
}

/// Has the community of [`LastOneLauncher`].
#[overlay(Probe<2>)]
struct TwinLauncher;

#[test]
fn a_check_without_sessions_finds_a_community_id_that_is_used_twice() {
    let launchers = all().with(TwinLauncher);
    let error = launchers
        .check()
        .expect_err("two overlays of one community");
    let error = error.to_string();
    assert!(error.contains("have the same community id"), "{error}");
    assert!(
        error.contains("LastOne (") && error.contains("TwinLauncher ("),
        "{error}"
    );
}
