//! Writes the tables of the guide page "configuration", and tests that the page is up to date.
//!
//! `UPDATE_GUIDE=1 cargo test -p ipv8-core --lib config::reference` writes the page.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use super::dictionary;
use super::environment::VARIABLE_PREFIX;
use super::problem::SettingError;
use super::settings::{Config, joined};
use crate::support::options::{Kind, OptionType};

const PAGE: &str = include_str!("../guide/configuration.md");
/// The tables follow the line that starts with this.
const MARK: &str = "<!-- The rest is generated";

/// A setting that the derived options do not describe.
struct Row {
    name: &'static str,
    values: &'static str,
    default: &'static str,
    /// py-ipv8's name; empty if py-ipv8 does not have it.
    theirs: &'static str,
    meaning: &'static str,
}

const fn row(
    name: &'static str,
    values: &'static str,
    default: &'static str,
    theirs: &'static str,
    meaning: &'static str,
) -> Row {
    Row {
        name,
        values,
        default,
        theirs,
        meaning,
    }
}

const NODE: [Row; 8] = [
    row(
        "key_file",
        "the name of a file",
        "none",
        "",
        "The file with the node's key. If the file does not exist, a new key is written to it. \
         Default: the first of `keys`, or a new key at each launch.",
    ),
    row(
        "seed",
        "64 hexadecimal digits",
        "none",
        "",
        "The seed of all random choices, for repeatable runs. Default: random, from the system.",
    ),
    row(
        "logger.level",
        "one of: CRITICAL, ERROR, WARNING, INFO, DEBUG, NOTSET",
        "`\"INFO\"`",
        "logger.level",
        "The level from which a program should log. The library itself sets up no log.",
    ),
    row(
        "network",
        "a table",
        "see below",
        "",
        "The bounds of the peer graph.",
    ),
    row(
        "pacing",
        "a table, or true or false",
        "see below",
        "",
        "How a step that sends many datagrams is spread over its turn; `false` turns pacing off.",
    ),
    row(
        "keys",
        "a list of tables",
        "`[]`",
        "keys",
        "Keys with names, for overlays that name one. The first one is the node's key unless \
         `key_file` is set.",
    ),
    row(
        "launchers",
        "a table of tables",
        "none",
        "",
        "Settings of launchers, by the names of the launchers.",
    ),
    row(
        "overlays",
        "a list of tables",
        "`[]`",
        "overlays",
        "Overlays without a launcher.",
    ),
];

const KEY: [Row; 4] = [
    row(
        "alias",
        "text",
        "required",
        "alias",
        "The name by which overlays refer to the key.",
    ),
    row(
        "file",
        "the name of a file",
        "none",
        "file",
        "The file with the key. If it does not exist, `bin` or a new key is written to it.",
    ),
    row(
        "bin",
        "text in base64",
        "none",
        "bin",
        "The private key itself.",
    ),
    row(
        "generation",
        "one of: curve25519, very-low, low, medium, high",
        "`\"curve25519\"`",
        "generation",
        "The kind of a new key. A key of another kind than `curve25519` cannot sign.",
    ),
];

const OVERLAY: [Row; 9] = [
    row(
        "class",
        "text",
        "required",
        "class",
        "The name of the community's type. Only in `overlays`.",
    ),
    row(
        "enabled",
        "true or false",
        "`true`",
        "",
        "Whether the overlay is launched.",
    ),
    row(
        "key",
        "text",
        "the node's key",
        "key",
        "The alias of one of `keys`.",
    ),
    row(
        "max_peers",
        "a whole number from -1 to 2147483647",
        "the node's",
        "",
        "The peer limit of the overlay; -1 for none.",
    ),
    row(
        "own_network",
        "true or false",
        "the launcher's",
        "",
        "Whether the overlay has a peer graph of its own.",
    ),
    row(
        "strategies",
        "a list of tables; in `launchers` also a table",
        "the launcher's",
        "walkers",
        "A list replaces all strategies; a table changes single ones.",
    ),
    row(
        "bootstrappers",
        "a list of tables",
        "the node's and the launcher's",
        "bootstrappers",
        "Replaces all bootstrappers of the overlay.",
    ),
    row(
        "settings",
        "a table",
        "the launcher's",
        "initialize",
        "Settings of the community, by name.",
    ),
    row(
        "on_start",
        "a list of lists",
        "`[]`",
        "on_start",
        "Actions to run when the overlay is ready, in this order: each the name of an action and \
         its arguments.",
    ),
];

const STRATEGY: [Row; 3] = [
    row(
        "strategy",
        "text",
        "required",
        "strategy",
        "The name of the strategy's type. Only in a list.",
    ),
    row(
        "target_peers",
        "a whole number from -1 to 2147483647",
        "`20`",
        "peers",
        "The number of peers at which the strategy pauses; -1 for never.",
    ),
    row(
        "options",
        "a table",
        "the type's",
        "init",
        "Options of the strategy, by name.",
    ),
];

const BOOTSTRAPPER: [Row; 2] = [
    row(
        "class",
        "`DispersyBootstrapper` or `UDPBroadcastBootstrapper`",
        "required",
        "class",
        "The name of the bootstrapper's type.",
    ),
    row(
        "options",
        "a table",
        "the type's",
        "init",
        "Options of the bootstrapper, by name.",
    ),
];

/// Returns the generated part of the page.
fn tables() -> String {
    let mut text = String::new();
    let config = Config::default();
    for (table, options) in config.tables() {
        let values = options.options();
        let (title, intro) = match table {
            "" => ("All settings", "Settings of the node:"),
            "network" => ("Peer graph", "The table `network` has these settings:"),
            _ => ("Pacing", "The table `pacing` has these settings:"),
        };
        write!(text, "\n# {title}\n\n{intro}\n\n").unwrap();
        text += "| Setting | Values | Default | Variable | py-ipv8 | Meaning |\n";
        text += "|---|---|---|---|---|---|\n";
        for option in options.option_types() {
            let name = joined(table, option.name);
            let default = match &values[option.name] {
                serde_json::Value::Null => "none".to_owned(),
                value => format!("`{value}`"),
            };
            let (expected, meaning) = (expected(&option), plain(option.doc));
            let theirs = dictionary::name_of(&name).unwrap_or_default();
            line(&mut text, &name, &expected, &default, theirs, &meaning);
        }
        for row in NODE.iter().filter(|_| table.is_empty()) {
            line(
                &mut text,
                row.name,
                row.values,
                row.default,
                row.theirs,
                row.meaning,
            );
        }
    }
    let entries: [(&str, &str, &[Row]); 4] = [
        ("Keys", "An entry of the list `keys`:", &KEY),
        (
            "An overlay",
            "A table in `launchers`, or an entry of the list `overlays`:",
            &OVERLAY,
        ),
        (
            "A strategy",
            "An entry of the list `strategies`, or a table in the table `strategies`:",
            &STRATEGY,
        ),
        (
            "A bootstrapper",
            "An entry of the list `bootstrappers`:",
            &BOOTSTRAPPER,
        ),
    ];
    for (title, intro, rows) in entries {
        write!(text, "\n# {title}\n\n{intro}\n\n").unwrap();
        text += "| Setting | Values | Default | py-ipv8 | Meaning |\n|---|---|---|---|---|\n";
        for row in rows {
            let (name, theirs) = (row.name, code(row.theirs));
            let Row {
                values,
                default,
                meaning,
                ..
            } = row;
            writeln!(
                text,
                "| `{name}` | {values} | {default} | {theirs} | {meaning} |"
            )
            .unwrap();
        }
    }
    text
}

fn line(text: &mut String, name: &str, values: &str, default: &str, theirs: &str, meaning: &str) {
    let variable = name.to_ascii_uppercase().replace('.', "__");
    let theirs = code(theirs);
    let variable = format!("`{VARIABLE_PREFIX}{variable}`");
    writeln!(
        text,
        "| `{name}` | {values} | {default} | {variable} | {theirs} | {meaning} |"
    )
    .unwrap();
}

fn code(name: &str) -> String {
    match name {
        "" => String::new(),
        name => format!("`{name}`"),
    }
}

fn expected(option: &OptionType) -> String {
    match &option.kind {
        Kind::List(element) if **element == Kind::Address => "a list of addresses".to_owned(),
        _ => option.expected.clone(),
    }
}

/// Returns a doc comment as one line without links.
fn plain(doc: &str) -> String {
    let mut text = doc.replace('\n', " ").replace('|', "\\|");
    while let Some(at) = text.find("](") {
        let end = text[at..].find(')').map_or(text.len(), |end| at + end + 1);
        text.replace_range(at..end, "]");
    }
    text.replace("[`", "`").replace("`]", "`")
}

#[test]
fn the_guide_page_is_up_to_date() {
    let mark = PAGE.find(MARK).unwrap();
    let end = mark + PAGE[mark..].find('\n').unwrap() + 1;
    let page = format!("{}{}", &PAGE[..end], tables());
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/configuration.md");
        std::fs::write(path, &page).unwrap();
        return;
    }
    assert!(
        page == PAGE,
        "the guide page is out of date: \
         run UPDATE_GUIDE=1 cargo test -p ipv8-core --lib config::reference"
    );
}

#[test]
fn the_example_file_of_the_guide_is_valid() {
    let example = PAGE.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let config = Config::new().toml("example.toml", example);
    assert_eq!(config.problems(), []);
    assert_eq!(config.warnings(), []);
    assert_eq!((config.launchers.len(), config.overlays.len()), (2, 1));
}

/// The names that a table knows, from the error for a name that it does not know.
fn known(table: &str) -> Vec<String> {
    let text = format!("{table}\nno_such_setting = 1");
    let problems = Config::new().toml("", &text).problems().into_iter();
    let mut known = problems.filter_map(|problem| match problem.error {
        SettingError::Unknown { known, .. } => Some(known),
        _ => None,
    });
    let mut names = known.next().unwrap();
    names.sort();
    names
}

#[test]
fn the_tables_list_every_setting() {
    for (table, rows) in [
        ("[[keys]]", &KEY[..]),
        ("[[overlays]]", &OVERLAY[..]),
        ("[[overlays]]\n[[overlays.strategies]]", &STRATEGY[..]),
        (
            "[[overlays]]\n[[overlays.bootstrappers]]",
            &BOOTSTRAPPER[..],
        ),
    ] {
        let names = rows.iter().flat_map(|row| [row.name, row.theirs]);
        let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(known(table), names, "{table}");
    }
    let tables = tables();
    // Deprecated names of py-ipv8, which the guide leaves out.
    let known = known("").into_iter();
    for name in known.filter(|name| name != "address" && name != "port") {
        let listed = [format!("`{name}`"), format!("`{name}.level`")];
        assert!(listed.iter().any(|name| tables.contains(name)), "{name}");
    }
}
