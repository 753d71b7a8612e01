//! Settings without a default: a launcher or the configuration gives them, and the check names
//! those that are missing.

use std::sync::{Arc, Mutex};

use ipv8_core::config::LauncherConfig;
use ipv8_core::launch::Problem;
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_core::{Error, LauncherMeta, Required, launcher_meta};
use ipv8_tests::launch::{configuration, endpoint};

const HERE: &str = "10.0.0.1:1000";

#[derive(Default, Options)]
struct Settings {
    /// Where the files are.
    pub directory: Required<String>,
    /// How many files are open at once, from 1 to 9.
    #[options(range = 1..=9)]
    pub files: Required<u8>,
    /// The name of the index. Default: none.
    pub index: Option<String>,
}

/// Keeps its settings as a text.
struct Files(String);

impl Community for Files {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xf1; 20]);
    type Settings = Settings;

    fn new(settings: Settings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self(format!("{} {}", *settings.directory, *settings.files)))
    }

    fn available(available: &mut Available<Self>) {
        available.settings();
    }
}

/// The session of [`FromSession`].
#[derive(Clone, Debug, Default)]
struct Session(Arc<Mutex<Option<String>>>);

#[overlay(Files)]
#[prepare(|_ipv8, session: &mut Session| {
    *session.0.lock().expect("no panic") = Some("prepared".to_owned());
    Ok(())
})]
#[kwargs(directory = session.0.lock().expect("no panic").clone().expect("prepared").into())]
#[kwargs(files = 3.into())]
struct FromSession;

#[overlay(Files)]
#[kwargs(files = 3.into(), index = Some("a".to_owned()))]
struct WithoutDirectory;

#[overlay(Files)]
struct WithoutKwargs;

struct ByHand;

impl CommunityLauncher for ByHand {
    type Overlay = Files;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "ByHand", after = []);

    fn settings(&self, (): &()) -> Settings {
        Settings {
            directory: Required::new("by hand".to_owned()),
            files: 2.into(),
            index: None,
        }
    }
}

fn missing(launchers: &Launchers) -> Vec<(&'static str, &'static str)> {
    let Err(error) = launchers.check() else {
        return Vec::new();
    };
    let problems = error.problems().iter().map(|problem| match problem {
        Problem::MissingSetting { launcher, setting } => (launcher.name, *setting),
        other => panic!("{other}"),
    });
    problems.collect()
}

#[test]
fn a_missing_setting_is_named_with_the_attribute_and_the_key_to_write() {
    let launchers = Launchers::new().with(WithoutDirectory);
    assert_eq!(missing(&launchers), [("WithoutDirectory", "directory")]);
    let text = launchers
        .check()
        .expect_err("a directory is missing")
        .to_string();
    assert!(text.contains("required.rs:"), "{text}");
    assert!(text.contains("#[kwargs(directory = …)]"), "{text}");
    assert!(
        text.contains("launchers.WithoutDirectory.settings.directory"),
        "{text}"
    );
    let all = [("WithoutKwargs", "directory"), ("WithoutKwargs", "files")];
    assert_eq!(missing(&Launchers::new().with(WithoutKwargs)), all);
    assert_eq!(missing(&Launchers::new().with(ByHand)), []);
    assert_eq!(missing(&Launchers::new().with(FromSession)), []);
}

#[test]
fn the_configuration_can_give_a_missing_setting_and_its_range_holds() {
    let with = |files: i64| {
        let given = LauncherConfig::new("WithoutKwargs").setting("directory", "here");
        let given = given.setting("files", files);
        let config = configuration(1, None).launcher(given);
        Launchers::new().with(WithoutKwargs).config(config).check()
    };
    with(9).expect("nothing is missing");
    let error = with(10).expect_err("nine are the most").to_string();
    assert!(
        error.contains("10 is out of range: expected a whole number from 1 to 9"),
        "{error}"
    );
}

#[test]
fn an_overlay_of_the_configuration_alone_needs_its_settings_too() {
    let config = |overlay| configuration(1, None).add_overlay(overlay);
    let launchers = || Launchers::new().community::<Files>();
    let incomplete = LauncherConfig::new("Files").setting("files", 4);
    let error = launchers().config(config(incomplete)).check();
    let error = error.expect_err("a directory is missing").to_string();
    assert!(error.contains("directory is missing"), "{error}");
    let complete = LauncherConfig::new("Files")
        .setting("files", 4)
        .setting("directory", "x");
    launchers()
        .config(config(complete))
        .check()
        .expect("nothing is missing");
}

#[tokio::test(start_paused = true)]
async fn a_setting_from_a_session_is_read_when_its_launcher_has_prepared_it() {
    let network = MemoryNetwork::new();
    let mut session = Session::default();
    let launchers = Launchers::new()
        .with(FromSession)
        .config(configuration(1, None));
    let launched = launchers
        .launch_on_with(endpoint(&network, HERE), &mut session)
        .await;
    let node = launched.expect("all settings are there");
    let files = node.overlay::<Files>().expect("it was launched");
    let text = files
        .call(|files, _| files.0.clone())
        .await
        .expect("it runs");
    assert_eq!(text, "prepared 3");
    let incomplete = Launchers::new()
        .with(WithoutDirectory)
        .config(configuration(1, None));
    let refused = incomplete
        .launch_on(endpoint(&network, "10.0.0.2:1000"))
        .await;
    assert!(matches!(refused, Err(Error::Plan(_))));
}
