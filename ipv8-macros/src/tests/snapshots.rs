//! Tests of the macros' output as text. `UPDATE_SNAPSHOTS=1` rewrites the expected text.

use super::{expand, pretty, tokens};
use crate::{options, payload};
use std::path::Path;

fn check(name: &str, output: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, output).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        output,
        expected,
        "{}: run with UPDATE_SNAPSHOTS=1 to accept the new text",
        path.display()
    );
}

#[test]
fn the_launcher_of_the_readme() {
    let output = pretty(expand(tokens(
        r#"
        #[overlay("my_module", "MyCommunity")]
        #[walk_strategy(MyDiscoveryStrategy, target_peers = -1)]
        struct MyLauncher;
        "#,
    )));
    assert!(output.lines().count() <= 25, "the output stays short");
    check("readme.rs", &output);
}

#[test]
fn a_launcher_with_everything() {
    let output = pretty(expand(tokens(
        r##"
        /// Starts my community.
        #[after("Other", r#"Another"#)]
        #[strat("my_module.sub", "MyStrategy", interval = 0.5 + 0.5)]
        #[derive(Default)]
        #[ipv8_core::overlay(my_module::Generic<u8>, crate = ipv8)]
        #[walk_strategy(EdgeWalk)]
        #[name("My launcher")]
        #[walk_strategy(RandomWalk, window_size = 5, target_peers = TARGET, r#target_peers = f(1, 2),)]
        pub(crate) struct MyLauncher { size: usize }
        "##,
    )));
    check("everything.rs", &output);
}

#[test]
fn a_launcher_with_a_session() {
    let output = pretty(expand(tokens(
        r##"
        #[overlay(my_module::MyCommunity)]
        #[precondition(|session: &Session| session.enabled)]
        #[precondition(is_enabled)]
        #[bootstrapper(DispersyBootstrapper, ip_addresses = session.trackers.clone())]
        #[bootstrapper("my_module", "Friends")]
        #[kwargs(directory = session.directory.clone(), size = self.size)]
        #[kwargs(size = 4)]
        #[prepare(open)]
        #[prepare(async |ipv8, session| session.register(ipv8).await)]
        #[my_peer(|session| session.key.clone())]
        #[set_in_session(overlays.mine)]
        #[finalize(|_, session, overlay| { session.ids.push(overlay.id()); Ok(()) })]
        struct MyLauncher { size: usize }
        "##,
    )));
    check("session.rs", &output);
}

#[test]
fn a_launcher_with_mistakes() {
    let output = pretty(expand(tokens(
        r#"
        #[walk_strategy(RandomWalk, target_peers = -2, timeout = 3.0)]
        #[overlay]
        struct MyLauncher;
        "#,
    )));
    check("mistakes.rs", &output);
}

#[test]
fn a_message() {
    let output = pretty(payload::derive(tokens(
        r#"
        #[derive(Payload)]
        #[payload(id = 1)]
        pub struct Hello {
            pub text: String,
            #[payload(format = "varlenI")]
            pub picture: Vec<u8>,
        }
        "#,
    )));
    check("message.rs", &output);
}

#[test]
fn a_payload_of_each_style() {
    let tuple = r#"
        #[payload(id = FIRST + 1, unsigned, global_time, crate = ::ipv8)]
        struct Ping(u16, #[payload(format = "20s")] [u8; 20]);
    "#;
    let mut output = pretty(payload::derive(tokens(tuple)));
    output += &pretty(payload::derive(tokens("struct Nothing;")));
    check("styles.rs", &output);
}

#[test]
fn a_struct_with_options() {
    let strategy = r#"
        /// A strategy.
        #[derive(Default, Options)]
        pub struct MyDiscoveryStrategy {
            /// Seconds.
            #[options(range = 0.0..=3600.0)]
            pub pause: f64,
            pub r#loop: Option<usize>,
            #[options(skip)]
            pub shown: Vec<Peer>,
            pub(crate) asked: u64,
            state: State,
        }
    "#;
    let mut output = pretty(options::derive(tokens(strategy)));
    output += &pretty(options::derive(tokens(
        "#[options(crate = ipv8)] struct Nothing<T>(T) where T: Copy;",
    )));
    check("options.rs", &output);
}
