//! The attributes in an editor: rust-analyzer, driven over its protocol, finds definitions and
//! completes names in them. Without rust-analyzer the test is skipped and says so.

mod server;

use server::Server;
use std::fs;
use std::path::{Path, PathBuf};

/// The program that is edited. `^name^` marks a place to ask about.
const PROGRAM: &str = r#"use ipv8_core::prelude::*;

pub struct Chat;

#[derive(Default)]
pub struct Settings {
    pub size: u32,
}

#[derive(Default)]
pub struct Session {
    pub handle: Option<OverlayHandle<Chat>>,
    pub count: u32,
}

const ID: u8 = 1;

#[derive(Payload)]
#[payload(id = ^ID^, response = ^Answer^)]
pub struct ^Hello^ {
    #[payload(identifier)]
    pub number: u16,
    pub part: ^Part^,
    #[payload(with = ^module^)]
    pub size: u32,
    #[payload(format = ^Text^)]
    pub text: String,
}

#[derive(Payload)]
#[payload(id = 2)]
pub struct Answer {
    #[payload(identifier)]
    pub number: u16,
}

pub use ipv8_core::wire::formats::VarlenHUtf8 as Text;

#[derive(Payload)]
pub struct Part {
    pub text: String,
}

mod module {
    use ipv8_core::wire::{Field, PackError, Reader, UnpackError, Writer};

    pub fn pack(value: &u32, writer: &mut Writer) -> Result<(), PackError> {
        Field::pack(value, writer)
    }

    pub fn unpack(reader: &mut Reader<'_>) -> Result<u32, UnpackError> {
        Field::unpack(reader)
    }
}

impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = Settings;

    fn new(_settings: Settings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: ^Hello^ => Self::^on_hello^);
    }
}

impl Chat {
    fn on_hello(&mut self, _peer: &Peer, _hello: Hello, _cx: &mut Context<'_>) {}
}

#[overlay(^Chat^)]
#[walk_strategy(^RandomWalk^, ^timeout^ = 3.0)]
#[bootstrapper(^DispersyBootstrapper^, ^bootstrap_timeout^ = 3.0)]
#[kwargs(^size^ = session.^count^)]
#[precondition(|^condition^: &^Session^| ^condition^.^count^ > 0)]
#[prepare(|_, session: &mut Session| {
    session.^count^ = 1;
    Ok(())
})]
#[set_in_session(^handle^)]
#[finalize(async |ipv8, session: &mut ^Session^, _overlay| {
    let doubled = session.^count^ * 2;
    session.count = ^doubled^;
    ^ipv8^.stats().await?;
    Ok(())
})]
pub struct ^ChatLauncher^ {
    pub size: u8,
}

impl Default for ^ChatLauncher^ {
    fn default() -> Self {
        Self { size: 1 }
    }
}

#[overlay("self", "Chat")]
#[after(^ChatLauncher^)]
#[finalize(|_ipv8, session: &mut Session, _overlay| async {
    session.^count^ += 1;
    Ok(())
})]
struct ^Second^;

#[overlay(Chat)]
#[walk_strategy(RandomWalk, ti^)]
struct Unfinished;

#[overlay(Chat)]
#[walk_strategy(RandomWalk, ti^ = )]
struct UnfinishedValue;

#[overlay(Chat)]
#[kwargs(si^)]
struct UnfinishedSetting;

#[overlay(Chat)]
#[precondition(|session: &Session| session.co^)]
struct UnfinishedField;

fn main() {}
"#;

/// The program without marks, and the places of the marks: line and column, from 0.
struct Marked {
    text: String,
    /// The start of each word between two marks.
    words: Vec<(String, usize, usize)>,
    /// The single marks.
    cursors: Vec<(usize, usize)>,
}

/// The name that is completed at each single mark.
const COMPLETED: [&str; 4] = ["timeout", "timeout", "size", "count"];

fn marked() -> Marked {
    let (mut words, mut cursors, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for (number, line) in PROGRAM.lines().enumerate() {
        let parts: Vec<&str> = line.split('^').collect();
        let mut column = 0;
        for (index, part) in parts.iter().enumerate() {
            if index % 2 == 1 && index + 1 < parts.len() {
                words.push(((*part).to_owned(), number, column));
            }
            column += part.len();
            if parts.len() == 2 && index == 0 {
                cursors.push((number, column));
            }
        }
        lines.push(parts.concat());
    }
    Marked {
        text: lines.join("\n"),
        words,
        cursors,
    }
}

/// Writes the program as a package, and returns its folder.
fn package(text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = format!(
        "[package]\nname = \"editor\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nipv8-core = {{ path = {:?} }}\n",
        root.join("ipv8-core")
    );
    let wrote = fs::create_dir_all(folder.join("src"))
        .and(fs::write(folder.join("Cargo.toml"), manifest))
        .and(fs::write(folder.join("src/main.rs"), text))
        .and(fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")));
    wrote.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}

#[test]
fn definitions_and_completion_work_in_attributes() {
    let marked = marked();
    let folder = package(&marked.text);
    let Some(mut server) = Server::start(&folder) else {
        eprintln!("skipped: run `rustup component add rust-analyzer` to enable this test");
        return;
    };
    server.open("src/main.rs", &marked.text);
    for (word, line, column) in &marked.words {
        let found = server.definitions(*line, *column);
        assert_eq!(found.len(), 1, "`{word}` in line {}: {found:?}", line + 1);
    }
    assert_eq!(marked.cursors.len(), COMPLETED.len());
    for ((line, column), name) in marked.cursors.iter().zip(COMPLETED) {
        let offered = server.completions(*line, *column);
        let has_name = offered.iter().any(|offer| offer == name);
        assert!(has_name, "`{name}` in line {}: {offered:?}", line + 1);
    }
}
