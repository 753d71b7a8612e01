//! Writes sets of launchers as Rust.

use std::fmt::Write as _;

use super::model::{Attribute, Code, End, Form, Hook, Launcher, LauncherSet, Part};

/// Returns a program that launches these sets.
pub(super) fn program(sets: &[LauncherSet]) -> String {
    let mut text = String::from("#![allow(warnings)]\n\nfn main() {\n    loader_mocks::run(&[\n");
    for set in sets {
        let _ = writeln!(text, "        || Box::pin(set_{}::launch()),", set.number);
    }
    text.push_str("    ]);\n}\n");
    for set in sets {
        write_set(set, &mut text);
    }
    text
}

fn write_set(set: &LauncherSet, text: &mut String) {
    let _ = write!(
        text,
        "\nmod set_{} {{\nuse ipv8_core::prelude::*;\nuse loader_mocks::*;\n\n",
        set.number
    );
    for launcher in &set.launchers {
        write_launcher(launcher, text);
    }
    text.push_str("pub async fn launch() {\n    let launchers = Launchers::new()\n");
    for index in &set.added {
        let launcher = &set.launchers[*index];
        let value = match launcher.fields {
            Some(_) => "::default()",
            None => "",
        };
        let _ = writeln!(text, "        .with({}{value})", launcher.type_name);
    }
    let sessions: Vec<String> = set
        .sessions
        .iter()
        .map(|session| {
            let kind = session.kind.rust();
            let (flag, level, count) = (session.flag, session.level, session.count);
            format!("{kind}::new({flag}, {level}, {count}, {:?})", session.label)
        })
        .collect();
    let number = set.number;
    let call = match sessions.as_slice() {
        [] => format!("without_session({number}, launchers)"),
        [one] => format!("with_session({number}, launchers, {one})"),
        [first, second, ..] => format!("with_sessions({number}, launchers, ({first}, {second}))"),
    };
    let _ = write!(text, "    ;\n    {call}.await;\n}}\n}}\n");
}

fn write_launcher(launcher: &Launcher, text: &mut String) {
    let mut items = String::new();
    for (index, attribute) in launcher.attributes.iter().enumerate() {
        let mut arguments = write_attribute(launcher, index, attribute, &mut items);
        if launcher.carrier == Some(index) {
            let separator = if arguments.1.is_empty() { "" } else { ", " };
            let _ = write!(arguments.1, "{separator}session = {}", session(launcher));
        }
        let _ = match arguments {
            (name, arguments) if arguments.is_empty() => writeln!(text, "#[{name}]"),
            (name, arguments) => writeln!(text, "#[{name}({arguments})]"),
        };
    }
    let name = &launcher.type_name;
    let _ = match launcher.fields {
        None => writeln!(text, "struct {name};"),
        Some((on, size)) => writeln!(
            text,
            "struct {name} {{ on: bool, size: i32 }}\n\
             impl Default for {name} {{\n    \
             fn default() -> Self {{ Self {{ on: {on}, size: {size} }} }}\n}}"
        ),
    };
    text.push_str(&items);
    text.push('\n');
}

/// Returns the name and the arguments of an attribute. Adds the items that it names to `items`.
fn write_attribute(
    launcher: &Launcher,
    index: usize,
    attribute: &Attribute,
    items: &mut String,
) -> (&'static str, String) {
    let item = format!("{}_{index}", launcher.type_name.to_lowercase());
    match attribute {
        Attribute::Overlay { as_text } => ("overlay", community(launcher, *as_text)),
        Attribute::Launcher => ("launcher", String::new()),
        Attribute::Name(name, constant) => {
            if let Some(value) = constant {
                let _ = writeln!(items, "const {}: &str = {value:?};", name.rust);
            }
            ("name", name.rust.clone())
        }
        Attribute::After(names) => ("after", joined(names.iter().map(|name| name.rust.clone()))),
        Attribute::Precondition(form, test) => (
            "precondition",
            condition(launcher, *form, test, &item, items),
        ),
        Attribute::Kwargs(settings) => ("kwargs", joined(settings.iter().map(set))),
        Attribute::Strategy(part) => ("walk_strategy", write_part(part)),
        Attribute::Bootstrapper(part) => ("bootstrapper", write_part(part)),
        Attribute::MyPeer(key) => ("my_peer", format!("|{}| {}", variable(launcher), key.rust)),
        Attribute::SetInSession(field) => {
            let number = launcher.community.unwrap_or_default();
            ("set_in_session", format!("{field}{number}.handle"))
        }
        Attribute::Prepare(hook) => (
            "prepare",
            write_hook(launcher, "prepare", hook, &item, items),
        ),
        Attribute::Finalize(hook) => (
            "finalize",
            write_hook(launcher, "finalize", hook, &item, items),
        ),
    }
}

fn community(launcher: &Launcher, as_text: bool) -> String {
    let number = launcher.community.unwrap_or_default();
    match as_text {
        true => format!("\"loader_mocks\", \"Mock{number}\""),
        false => format!("Mock<{number}>"),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn set((name, value): &(&'static str, Code)) -> String {
    format!("{name} = {}", value.rust)
}

fn write_part(part: &Part) -> String {
    let name = match part.as_text {
        true => format!("\"loader_mocks\", {:?}", part.name),
        false => part.name.to_owned(),
    };
    let mut arguments: Vec<String> = part.options.iter().map(set).collect();
    if let Some((at, target)) = &part.target {
        arguments.insert(*at, format!("target_peers = {}", target.rust));
    }
    arguments.insert(0, name);
    arguments.join(", ")
}

/// Returns the type of the launcher's session.
fn session(launcher: &Launcher) -> &'static str {
    launcher.session.map_or("()", |session| session.rust())
}

/// Returns the name of a closure's parameter. Without a session it must look unused.
fn variable(launcher: &Launcher) -> &'static str {
    launcher.session.map_or("_session", |_| "session")
}

fn condition(
    launcher: &Launcher,
    form: Form,
    test: &Code,
    item: &str,
    items: &mut String,
) -> String {
    if form == Form::Function {
        let (session, test) = (session(launcher), &test.rust);
        let _ = writeln!(items, "fn {item}(session: &{session}) -> bool {{ {test} }}");
        return item.to_owned();
    }
    let (variable, session) = (variable(launcher), session(launcher));
    match form {
        Form::TypedClosure => format!("|{variable}: &{session}| {}", test.rust),
        _ => format!("|{variable}| {}", test.rust),
    }
}

fn write_hook(
    launcher: &Launcher,
    kind: &str,
    hook: &Hook,
    item: &str,
    items: &mut String,
) -> String {
    let overlay = launcher.community.filter(|_| kind == "finalize");
    let line = format!("{kind} {} {}", launcher.name, hook.number);
    let mut body = match hook.asks {
        true => format!("asked({line:?}, overlay).await?;"),
        false => format!("say({line:?});"),
    };
    for effect in &hook.effects {
        let _ = write!(body, " {};", effect.rust);
    }
    body.push_str(match hook.end {
        End::Fine => " Ok(())",
        End::Error => " Err(\"refused\".into())",
        End::Panic => " refuse()",
    });
    let third = if overlay.is_some() { ", overlay" } else { "" };
    let (variable, session) = (variable(launcher), session(launcher));
    match hook.form {
        Form::Closure => format!("|ipv8, {variable}{third}| {{ {body} }}"),
        Form::TypedClosure => format!("|ipv8, {variable}: &mut {session}{third}| {{ {body} }}"),
        Form::AsyncClosure => format!("async |ipv8, {variable}{third}| {{ {body} }}"),
        Form::Function => {
            let overlay =
                overlay.map(|number| format!(", overlay: &OverlayHandle<Mock<{number}>>"));
            let _ = writeln!(
                items,
                "async fn {item}(ipv8: &Ipv8, session: &mut {session}{}) \
                 -> Result<(), LaunchError> {{ {body} }}",
                overlay.unwrap_or_default()
            );
            item.to_owned()
        }
    }
}
