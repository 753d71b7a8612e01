//! A program whose whole command line is one call: `list`, `graph`, `run`, `explain`, `config`,
//! `keygen`.
//!
//! ```console
//! $ cargo run --example command_line -- list
//! $ cargo run --example command_line -- run --skip Chat
//! ```
//!
//! It stays on this machine, unless a configuration (`--config FILE`, variables `IPV8_…`) says
//! otherwise.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use ipv8_core::prelude::*;

/// The session: the launchers share it.
#[derive(Default)]
struct Session {
    /// Launches `Archive` if `true`.
    keep: bool,
    /// Set by the launcher of the chat.
    chat: Option<OverlayHandle<Chat>>,
}

/// A community that only finds peers.
struct Presence;

impl Community for Presence {
    const COMMUNITY_ID: CommunityId =
        CommunityId::from_hex("5f2c3b7e9a1d4c6f8b0e2d4a6c8e0f1a3b5d7f90");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

/// A community that prints what it hears.
struct Chat {
    greeting: String,
}

/// The settings of the chat.
#[derive(Default, Options)]
struct ChatSettings {
    /// The greeting for each new peer.
    pub greeting: String,
}

/// A line of the chat.
#[derive(Payload)]
#[payload(id = 1)]
struct Line {
    text: String,
}

impl Community for Chat {
    const COMMUNITY_ID: CommunityId =
        CommunityId::from_hex("8d1e0c3a5b7f9e2d4c6a8b0f1e3d5c7a9b2f4e60");
    type Settings = ChatSettings;

    fn new(settings: ChatSettings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self {
            greeting: settings.greeting,
        })
    }

    fn available(available: &mut Available<Self>) {
        available.settings();
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signed Line => Self::on_line);
    }

    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let text = self.greeting.clone();
        if let Err(error) = cx.send(peer, &Line { text }) {
            eprintln!("cannot greet {peer}: {error}");
        }
    }
}

impl Chat {
    fn on_line(&mut self, peer: &Peer, line: Line, _cx: &mut Context<'_>) {
        println!("{peer}: {}", line.text);
    }
}

/// Finds peers.
#[overlay(Presence)]
#[walk_strategy(RandomWalk, target_peers = 20)]
#[walk_strategy(EdgeWalk, target_peers = 20)]
#[name("Presence")]
struct PresenceLauncher;

/// Starts after `Presence`.
#[overlay(Chat)]
#[walk_strategy(RandomWalk, target_peers = -1, window_size = 3)]
#[kwargs(greeting = "hello".to_owned())]
#[set_in_session(chat, session = Session)]
#[name("Chat")]
#[after("Presence", "Archive")]
struct ChatLauncher;

/// Keeps old messages, if the session asks for it.
#[overlay(archive::Archive)]
#[precondition(|session: &Session| session.keep)]
#[name("Archive")]
struct ArchiveLauncher;

mod archive {
    use ipv8_core::prelude::*;

    /// A community of peers that keep old messages.
    pub(crate) struct Archive;

    impl Community for Archive {
        const COMMUNITY_ID: CommunityId =
            CommunityId::from_hex("2b4d6f8a0c1e3d5b7f9a2c4e6d8b0f1a3c5e7d92");
        type Settings = ();

        fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self)
        }
    }
}

fn main() -> ExitCode {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let launchers = Launchers::collected().config(Config::new().interfaces([here]));
    ipv8_core::launch::cli::main_of(launchers, Session::default())
}
