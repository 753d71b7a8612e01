//! Writes sets of launchers as Python.

use std::fmt::Write as _;

use super::model::{Attribute, Code, End, Hook, Launcher, LauncherSet, Part};

/// Returns a module with one function for each set: it returns the launchers and the session.
pub(super) fn module(sets: &[LauncherSet]) -> String {
    let mut text = String::from(
        "from ipv8.loader import *\nfrom ipv8.loader import CommunityLauncher\n\
         from loader_mocks import *\n",
    );
    for set in sets {
        let _ = writeln!(text, "\n\ndef set_{}():", set.number);
        for launcher in &set.launchers {
            write_launcher(launcher, &mut text);
        }
        let launchers = joined(
            set.launchers
                .iter()
                .map(|one| format!("{}()", one.type_name)),
        );
        let sessions = set.sessions.iter().map(|session| {
            let (prefix, label) = (session.kind.python(), session.label);
            let (flag, level, count) = (python_bool(session.flag), session.level, session.count);
            format!("{prefix}=({flag}, {level}, {count}, {label:?})")
        });
        let _ = writeln!(
            text,
            "    return [{launchers}], Session({})",
            joined(sessions)
        );
    }
    text
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// The decorators apply from the bottom up, and Rust's attributes from the top down. So the
/// decorators are written in the reverse order.
fn write_launcher(launcher: &Launcher, text: &mut String) {
    let mut before = String::new();
    let (mut decorators, mut body) = (Vec::new(), String::new());
    if let Some((on, size)) = launcher.fields {
        let _ = writeln!(
            body,
            "        on = {}\n        size = {size}",
            python_bool(on)
        );
    }
    for (index, attribute) in launcher.attributes.iter().enumerate() {
        match attribute {
            Attribute::Prepare(hook) => {
                let item = write_hook(launcher, ("prepare", index), hook, &mut before);
                decorators.push(format!("prepare({item})"));
            }
            Attribute::Finalize(hook) => {
                let item = write_hook(launcher, ("finalize", index), hook, &mut before);
                decorators.push(format!("finalize({item})"));
            }
            Attribute::MyPeer(key) => {
                let _ = writeln!(
                    body,
                    "        def get_my_peer(self, ipv8, session):\n            \
                     return Peer({})",
                    key.python
                );
            }
            Attribute::Launcher => {
                body.push_str("        def get_overlay_class(self):\n            return None\n")
            }
            other => decorators.push(decorator(launcher, other)),
        }
    }
    if body.is_empty() {
        body.push_str("        pass\n");
    }
    text.push_str(&before);
    for decorator in decorators.iter().rev() {
        let _ = writeln!(text, "    @{decorator}");
    }
    let _ = write!(
        text,
        "    class {}(CommunityLauncher):\n{body}\n",
        launcher.type_name
    );
}

fn decorator(launcher: &Launcher, attribute: &Attribute) -> String {
    match attribute {
        Attribute::Overlay { as_text } => {
            let number = launcher.community.unwrap_or_default();
            match as_text {
                true => format!("overlay(\"loader_mocks\", \"Mock{number}\")"),
                false => format!("overlay(Mock{number})"),
            }
        }
        Attribute::Name(name, _) => format!("name({})", name.python),
        Attribute::After(names) => {
            format!(
                "after({})",
                joined(names.iter().map(|name| name.python.clone()))
            )
        }
        Attribute::Precondition(_, test) => format!("precondition({:?})", test.python),
        Attribute::Kwargs(settings) => {
            let text = |(name, value): &(&str, Code)| format!("{name}={:?}", value.python);
            format!("kwargs({})", joined(settings.iter().map(text)))
        }
        Attribute::Strategy(part) => format!("walk_strategy({})", write_part(part)),
        Attribute::Bootstrapper(part) => format!("bootstrapper({})", write_part(part)),
        Attribute::SetInSession(field) => {
            let number = launcher.community.unwrap_or_default();
            let session = launcher.session.map_or("", |session| session.python());
            format!("set_in_session(\"{session}_{field}{number}\")")
        }
        Attribute::Launcher
        | Attribute::MyPeer(_)
        | Attribute::Prepare(_)
        | Attribute::Finalize(_) => String::new(),
    }
}

fn write_part(part: &Part) -> String {
    let mut arguments = vec![match part.as_text {
        true => format!("\"loader_mocks\", {:?}", part.name),
        false => part.name.to_owned(),
    }];
    arguments.extend(
        part.target
            .iter()
            .map(|(_, target)| format!("target_peers={}", target.python)),
    );
    if !part.options.is_empty() {
        let options = part
            .options
            .iter()
            .map(|(name, value)| format!("{name:?}: {}", value.python));
        arguments.push(format!("kw_args={{{}}}", joined(options)));
    }
    arguments.join(", ")
}

/// Writes the function of a hook, and returns its name.
fn write_hook(
    launcher: &Launcher,
    (kind, index): (&str, usize),
    hook: &Hook,
    text: &mut String,
) -> String {
    let item = format!("{}_{index}", launcher.type_name.to_lowercase());
    let parameters = match kind {
        "finalize" => "ipv8, session, community",
        _ => "ipv8, session",
    };
    let _ = writeln!(text, "    def {item}({parameters}):");
    let line = format!("{kind} {} {}", launcher.name, hook.number);
    let _ = match hook.asks {
        true => writeln!(text, "        say(f\"{line} {{community.size}}\")"),
        false => writeln!(text, "        say({line:?})"),
    };
    for effect in &hook.effects {
        let _ = writeln!(text, "        {}", effect.python);
    }
    if hook.end != End::Fine {
        text.push_str("        refuse()\n");
    }
    item
}
