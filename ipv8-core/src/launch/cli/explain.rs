//! `explain`: whether, why and when one launcher is started.

use super::answer::Answer;
use super::list::{reason, strategies};
use crate::config::EffectiveSetting;
use crate::launch::{LauncherPreview, Launchers, Preview};
use crate::support::nearest::{hint, nearest};

pub(super) fn answer(name: &str, preview: &Preview, launchers: &Launchers) -> Answer {
    let Some(one) = preview.get(name) else {
        return unknown(name, preview);
    };
    let mut text = format!(
        "{} ({}, crate {})\n",
        one.meta.name,
        one.meta.location(),
        one.meta.crate_name
    );
    let mut say = |line: String| text += &format!("  {line}\n");
    say(decision(preview, one));
    for after in one.meta.after {
        say(waiting(after, preview));
    }
    let later = preview.launchers.iter();
    let later = later.filter(|later| later.meta.after.contains(&name));
    for later in later {
        say(format!("{} comes after it", later.meta.name));
    }
    say(format!("overlay: {}", one.overlay.unwrap_or("none")));
    say(format!("session: {}", one.session));
    say(format!("strategies: {}", or_none(&strategies(one))));
    say(format!(
        "bootstrappers: {}",
        or_none(&one.bootstrappers.join(", "))
    ));
    let settings = settings_of(name, launchers);
    if !settings.is_empty() {
        say("configured:".to_owned());
    }
    for EffectiveSetting {
        name,
        value,
        origin,
    } in settings
    {
        say(format!("  {name} = {value}  # {origin}"));
    }
    Answer::new(text)
        .with_warnings(&preview.warnings)
        .with_plan(&preview.plan)
}

fn decision(preview: &Preview, one: &LauncherPreview) -> String {
    match (reason(one), &preview.plan, preview.position(one.meta.name)) {
        (Some(reason), ..) => format!("is not launched: {reason}"),
        (None, Ok(order), Some(position)) => {
            format!("is launched as number {position} of {}", order.len())
        }
        _ => "is launched once the errors below are fixed".to_owned(),
    }
}

fn waiting(after: &str, preview: &Preview) -> String {
    match preview.get(after).map(reason) {
        None => format!("comes after {after}, which does not exist"),
        Some(None) => format!("waits for {after}, which is launched before it"),
        Some(Some(reason)) => {
            format!("does not wait for {after}, which is not launched: {reason}")
        }
    }
}

fn or_none(list: &str) -> &str {
    if list.is_empty() { "none" } else { list }
}

/// Returns the settings of this launcher alone.
fn settings_of(name: &str, launchers: &Launchers) -> Vec<EffectiveSetting> {
    let prefix = format!("launchers.{name}.");
    let settings = launchers.effective_configuration().settings;
    let mut settings: Vec<_> = settings.into_iter().collect();
    settings.retain(|setting| setting.name.starts_with(&prefix));
    settings
}

fn unknown(name: &str, preview: &Preview) -> Answer {
    let names: Vec<&str> = preview.launchers.iter().map(|one| one.meta.name).collect();
    let hint = hint(nearest(name, names.iter().copied()), &names);
    Answer::default()
        .with_warnings(&preview.warnings)
        .with_wrong_usage(format!("no launcher is named {name:?}: {hint}"))
}
