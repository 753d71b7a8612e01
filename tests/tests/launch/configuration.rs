//! Launches with settings of launchers and overlays from a file: strategies, targets, options,
//! settings, keys and actions, and the problems with them.

use std::sync::{Arc, Mutex};

use ipv8_core::config::{Config, MyPeer};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_core::{Error, LauncherMeta, launcher_meta};
use ipv8_tests::desk::key;
use ipv8_tests::launch::endpoint;
use ipv8_tests::vectors::load;

/// Records the settings that a community was created with, and the calls of its actions.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, line: String) {
        self.0.lock().expect("no thread panicked").push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("no thread panicked").clone()
    }
}

#[derive(Default, Options)]
struct Settings {
    pub size: u8,
    pub label: Option<String>,
    log: Log,
}

/// Communities that differ only in their id, which repeats the byte `N`.
struct Tunnels<const N: u8> {
    log: Log,
}

impl<const N: u8> Community for Tunnels<N> {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([N; 20]);
    type Settings = Settings;

    fn new(settings: Settings, cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        let Settings { size, label, log } = settings;
        let (mid, peers) = (cx.my_mid(), cx.max_peers());
        log.note(format!(
            "{N}: size {size}, label {label:?}, mid {mid}, max_peers {peers}"
        ));
        Ok(Self { log })
    }

    fn available(available: &mut Available<Self>) {
        available.strategy::<MyDiscoveryStrategy>().settings();
        available.action("build_tunnels", Self::build_tunnels);
        available.action("fail", |_: &mut Self, why: String, _: &mut Context<'_>| {
            Err::<(), _>(why)
        });
    }
}

impl<const N: u8> Tunnels<N> {
    fn build_tunnels(&mut self, hops: u32, _cx: &mut Context<'_>) {
        self.log.note(format!("{N}: {hops} hops"));
    }
}

#[derive(Default, Options)]
struct MyDiscoveryStrategy {
    /// The number of steps to pause.
    pub rest: u32,
}

impl<C: Community> DiscoveryStrategy<C> for MyDiscoveryStrategy {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

/// A strategy that its community does not offer by name.
struct Hidden;

impl<C: Community> DiscoveryStrategy<C> for Hidden {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

struct MyLauncher(Log);

impl CommunityLauncher for MyLauncher {
    type Overlay = Tunnels<1>;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "MyLauncher", after = []);

    fn settings(&self, (): &()) -> Settings {
        Settings {
            size: 1,
            label: Some("from the launcher".into()),
            log: self.0.clone(),
        }
    }

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Tunnels<1>>) {
        strategies.add::<RandomWalk>(20, |walk| walk.window_size = 9);
        strategies.add::<RandomWalk>(21, |_| {});
        strategies.add_strategy(22, Hidden);
    }
}

fn launchers(log: &Log, configuration: Config) -> Launchers {
    Launchers::new()
        .with(MyLauncher(log.clone()))
        .community::<Tunnels<2>>()
        .config(configuration)
}

fn read(text: &str) -> Config {
    Config::new().toml("ipv8.toml", text).key(key(1))
}

/// Returns the name and the target of every strategy, by overlay.
fn strategies(ipv8: &Ipv8) -> Vec<String> {
    let launched = ipv8.launched();
    let overlays = launched.iter();
    let lines = overlays.map(|overlay| {
        let strategies = overlay.strategies.iter();
        let names: Vec<String> = strategies
            .map(|strategy| format!("{} {}", strategy.name, strategy.target_peers))
            .collect();
        format!("{}: {}", overlay.name, names.join(", "))
    });
    lines.collect()
}

async fn launch(log: &Log, configuration: Config) -> Ipv8 {
    let network = MemoryNetwork::new();
    let launched = launchers(log, configuration)
        .launch_on(endpoint(&network, "10.0.0.1:1000"))
        .await;
    launched.expect("a valid configuration")
}

fn refused(configuration: Config) -> Vec<String> {
    let checked = launchers(&Log::default(), configuration).check();
    let error = checked.expect_err("something is invalid");
    error.problems().iter().map(ToString::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn a_table_changes_single_strategies_and_keeps_the_rest() {
    let log = Log::default();
    let text = r##"
        [launchers.MyLauncher]
        max_peers = 7
        settings = { size = 3 }
        [launchers.MyLauncher.strategies.RandomWalk]
        options = { timeout = 5.0 }
        [launchers.MyLauncher.strategies."RandomWalk#2"]
        target_peers = -1
        [launchers.MyLauncher.strategies.Hidden]
        target_peers = 5
    "##;
    let ipv8 = launch(&log, read(text)).await;
    assert_eq!(
        strategies(&ipv8),
        ["MyLauncher: RandomWalk 20, RandomWalk#2 -1, Hidden 5"]
    );
    let mid = key(1).mid();
    let made = format!("1: size 3, label Some(\"from the launcher\"), mid {mid}, max_peers 7");
    assert_eq!(log.lines(), [made]);
    ipv8.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_of_strategies_replaces_those_of_the_launcher() {
    let text = r#"
        [launchers.MyLauncher]
        strategies = [{ strategy = "MyDiscoveryStrategy", target_peers = -1, options = { rest = 2 } }, { strategy = "EdgeWalk" }]
    "#;
    let ipv8 = launch(&Log::default(), read(text)).await;
    assert_eq!(
        strategies(&ipv8),
        ["MyLauncher: MyDiscoveryStrategy -1, EdgeWalk 20"]
    );
    ipv8.stop().await;
}

#[tokio::test(start_paused = true)]
async fn launchers_can_have_their_own_keys_and_overlays_need_no_launcher() {
    let log = Log::default();
    let text = r#"
        [launchers.MyLauncher]
        key = "second"
        on_start = [["build_tunnels", 2], ["build_tunnels", 3]]
        [[overlays]]
        class = "Tunnels"
        strategies = [{ strategy = "MyDiscoveryStrategy", target_peers = 4 }]
        settings = { label = "from the file" }
        [[overlays]]
        class = "DiscoveryCommunity"
        strategies = [{ strategy = "RandomChurn", target_peers = -1, options = { sample_size = 3 } }]
        [[overlays]]
        class = "HiddenTunnelCommunity"
        on_start = [["anything"]]
        [[overlays]]
        class = "Tunnels"
        enabled = false
    "#;
    let configuration = read(text).add_key("second", MyPeer::Key(key(2)));
    let set = launchers(&log, configuration.clone());
    let warnings: Vec<String> = set.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "ipv8.toml:13:17: overlays[2]: HiddenTunnelCommunity is ignored: tunnels are not part of this library"
        ]
    );
    let ipv8 = launch(&log, configuration).await;
    assert_eq!(
        strategies(&ipv8),
        [
            "MyLauncher: RandomWalk 20, RandomWalk#2 21, Hidden 22",
            "Tunnels: MyDiscoveryStrategy 4",
            "DiscoveryCommunity: RandomChurn -1"
        ]
    );
    let mid = key(2).mid();
    let made = format!("1: size 1, label Some(\"from the launcher\"), mid {mid}, max_peers 30");
    assert_eq!(log.lines(), [made.as_str(), "1: 2 hops", "1: 3 hops"]);
    let overlay = ipv8.overlay::<Tunnels<2>>().expect("it was launched");
    let mid = overlay.call(|_, cx| cx.my_mid()).await.expect("it runs");
    assert_eq!(mid, key(1).mid());
    ipv8.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_variable_disables_a_launcher_regardless_of_case() {
    let configuration = read("[launchers.MyLauncher]\nenabled = true\n").variables([(
        "IPV8_LAUNCHERS__MYLAUNCHER__ENABLED".to_owned(),
        "false".to_owned(),
    )]);
    let ipv8 = launch(&Log::default(), configuration).await;
    assert_eq!(strategies(&ipv8), [""; 0]);
    ipv8.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_failing_action_ends_the_launch_and_the_error_names_its_location() {
    let network = MemoryNetwork::new();
    let text = "[launchers.MyLauncher]\non_start = [[\"fail\", \"not today\"]]\n";
    let launched = launchers(&Log::default(), read(text))
        .launch_on(endpoint(&network, "10.0.0.1:1000"))
        .await;
    let Err(error @ Error::Action { .. }) = launched else {
        panic!("{launched:?}");
    };
    assert_eq!(
        error.to_string(),
        "ipv8.toml:2:14: action fail of MyLauncher failed: not today"
    );
}

#[test]
fn all_unknown_names_are_reported_at_once() {
    let text = r#"walk_interval = 0
[launchers.MyLaucher]
enabled = false
[launchers.MyLauncher]
settings = { size = 256, lable = "" }
on_start = [["build_tunnel", 1], ["build_tunnels", "one"], ["build_tunnels"]]
[launchers.MyLauncher.strategies]
RandomWalk = { options = { window = 1, timeout = -1 } }
EdgeWalk = {}
Hidden = { options = { a = 1 } }
[[overlays]]
class = "DiscoverCommunity"
[[overlays]]
class = "Tunnels"
strategies = [{ strategy = "MyDiscoveryStategy" }, { strategy = "RandomChurn" }]
[[overlays]]
class = "DiscoveryCommunity"
settings = { anonymize = true }
"#;
    let starts = [
        "ipv8.toml:1:17: walk_interval: 0 is out of range",
        "ipv8.toml:2:12: launchers.MyLaucher: unknown launcher \"MyLaucher\": did you mean \"MyLauncher\"?",
        "ipv8.toml:8:37: launchers.MyLauncher.strategies.RandomWalk.options: unknown option \"window\"",
        "ipv8.toml:8:50: launchers.MyLauncher.strategies.RandomWalk.options.timeout: -1 is out of range",
        "ipv8.toml:9:1: launchers.MyLauncher.strategies.EdgeWalk: unknown strategy of this launcher \"EdgeWalk\": expected one of: RandomWalk, RandomWalk#2, Hidden",
        "ipv8.toml:10:28: launchers.MyLauncher.strategies.Hidden.options: the options of Hidden cannot be set by name: the community must offer it",
        "ipv8.toml:5:21: launchers.MyLauncher.settings.size: 256 is out of range",
        "ipv8.toml:5:34: launchers.MyLauncher.settings: unknown option \"lable\": did you mean \"label\"?",
        "ipv8.toml:6:14: launchers.MyLauncher.on_start[0]: unknown action \"build_tunnel\": did you mean \"build_tunnels\"?",
        "ipv8.toml:6:35: launchers.MyLauncher.on_start[1]: argument 1 of action \"build_tunnels\" cannot be read",
        "ipv8.toml:6:61: launchers.MyLauncher.on_start[2]: action \"build_tunnels\" takes 1 argument(s), but got 0",
        "ipv8.toml:12:9: overlays[0]: unknown community \"DiscoverCommunity\": did you mean \"DiscoveryCommunity\"?",
        "ipv8.toml:15:28: overlays[1].strategies[0].strategy: unknown strategy \"MyDiscoveryStategy\" for Tunnels: did you mean \"MyDiscoveryStrategy\"?",
        "ipv8.toml:15:65: overlays[1].strategies[1].strategy: unknown strategy \"RandomChurn\" for Tunnels: expected one of",
        "ipv8.toml:18:26: overlays[2].settings: unknown option \"anonymize\": there are none",
    ];
    let found = refused(read(text));
    let wrong: Vec<_> = found
        .iter()
        .zip(starts)
        .filter(|(problem, start)| !problem.starts_with(start))
        .collect();
    assert!(
        wrong.is_empty() && found.len() == starts.len(),
        "{wrong:#?}\n{found:#?}"
    );
}

#[test]
fn an_unreadable_file_is_a_problem() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ipv8.toml");
    std::fs::write(&path, "walk_interval = 0.25\n").expect("it can be written");
    let configuration = Config::from_file(&path);
    assert!(configuration.problems().is_empty());
    let effective = configuration.effective();
    let interval = effective.get("walk_interval").expect("it is always there");
    assert_eq!(
        interval.origin.to_string(),
        format!("{}:1:17", path.display())
    );
    for missing in ["gone.toml", "gone.json", "."] {
        let path = folder.path().join(missing);
        let problems = Config::from_file(&path).problems();
        let [problem] = &problems[..] else {
            panic!("{problems:?}");
        };
        let start = format!("{}: cannot be read: ", path.display());
        assert!(problem.to_string().starts_with(&start), "{problem}");
    }
}

/// Launches a node with one key in py-ipv8's form. Its working directory is `folder`.
async fn keyed(folder: &std::path::Path, key: serde_json::Value) -> Result<Ipv8, Error> {
    let text = serde_json::json!({"max_peers": 30, "working_directory": folder, "keys": [key]});
    let configuration = Config::new().json("ipv8.json", &text.to_string());
    let network = MemoryNetwork::new();
    Launchers::new()
        .config(configuration)
        .launch_on(endpoint(&network, "10.0.0.1:1000"))
        .await
}

#[tokio::test(start_paused = true)]
async fn a_key_file_is_in_the_working_directory_and_wins_over_the_given_key() {
    const BIN: &str = "TGliTmFDTFNLOgCGf+PrJcxTbnO7U6ZTQHr80g8X3ajintUjsDwk2V15pS2+yvjF7cg/Dxj7iPM9StwXpAMQeL+W0StvhX0ywEY=";
    let folder = tempfile::tempdir().expect("a folder");
    let given = || serde_json::json!({"alias": "a", "bin": BIN, "file": "kept.pem"});
    let first = keyed(folder.path(), given()).await.expect("a key");
    let mid = first.my_peer().mid();
    first.stop().await;
    let kept = std::fs::read(folder.path().join("kept.pem")).expect("it was written");
    assert_eq!(&kept[..10], b"LibNaCLSK:");
    let by_file = serde_json::json!({"alias": "a", "file": "kept.pem", "generation": "medium"});
    let again = keyed(folder.path(), by_file)
        .await
        .expect("the same key, whatever its generation says");
    assert_eq!(again.my_peer().mid(), mid);
    again.stop().await;
    std::fs::write(folder.path().join("kept.pem"), *key(5).to_bytes()).expect("it can be written");
    let other = keyed(folder.path(), given())
        .await
        .expect("the key of the file");
    assert_eq!(other.my_peer().mid(), key(5).mid());
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_legacy_key_cannot_sign() {
    let vectors: serde_json::Value = load("keys.json");
    let folder = tempfile::tempdir().expect("a folder");
    let mut legacy = 0;
    for vector in vectors["keys"].as_array().expect("a list") {
        let generation = vector["security_level"].as_str().expect("text");
        if generation == "curve25519" {
            continue;
        }
        legacy += 1;
        let file = format!("{generation}-{legacy}.pem");
        let entry = || serde_json::json!({"alias": "a", "file": file, "generation": generation});
        let missing = keyed(folder.path(), entry()).await.expect_err("no file");
        assert!(
            missing
                .to_string()
                .contains("cannot sign here; set generation = \"curve25519\""),
            "{missing}"
        );
        let bin = vector["private_bin"].as_str().expect("hex");
        let bytes: Vec<u8> = (0..bin.len() / 2)
            .map(|at| u8::from_str_radix(&bin[2 * at..2 * at + 2], 16).expect("hex"))
            .collect();
        std::fs::write(folder.path().join(&file), bytes).expect("it can be written");
        let refused = keyed(folder.path(), entry())
            .await
            .expect_err("it cannot sign");
        assert!(
            refused
                .to_string()
                .contains("a private key on a deprecated curve cannot sign"),
            "{refused}"
        );
    }
    assert!(legacy >= 4, "{legacy}");
}
