//! `graph`: draws the launchers, with an arrow to each launcher from those it comes after. A dashed
//! box is a launcher that is not launched.

use super::answer::Answer;
use super::list::{overlay, reason};
use crate::launch::{LauncherPreview, Preview};

pub(super) fn answer(preview: &Preview, mermaid: bool) -> Answer {
    let text = match mermaid {
        true => to_mermaid(preview),
        false => to_dot(preview),
    };
    Answer::new(text)
        .with_warnings(&preview.warnings)
        .with_plan(&preview.plan)
}

/// Returns the indices of two launchers for each `after` that names a launcher: the one that is
/// launched first, and the one with the `after`.
fn arrows(preview: &Preview) -> impl Iterator<Item = (usize, usize)> + '_ {
    let launchers = &preview.launchers;
    let position = |name: &str| launchers.iter().position(|one| one.meta.name == name);
    launchers.iter().enumerate().flat_map(move |(later, one)| {
        let after = one.meta.after.iter();
        after.filter_map(move |name| Some((position(name)?, later)))
    })
}

fn to_dot(preview: &Preview) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let name = |index: usize| {
        let one = preview.launchers.get(index);
        quoted(one.map_or("", |one| one.meta.name))
    };
    let mut text = String::from("digraph launchers {\n    rankdir=LR;\n    node [shape=box];\n");
    for (index, one) in preview.launchers.iter().enumerate() {
        let label = quoted(&format!("{}\n{}", one.meta.name, overlay(one)));
        let label = label.replace('\n', "\\n");
        let style = if is_off(one) { ", style=dashed" } else { "" };
        text += &format!("    {} [label={label}{style}];\n", name(index));
    }
    for (first, later) in arrows(preview) {
        text += &format!("    {} -> {};\n", name(first), name(later));
    }
    text + "}\n"
}

fn to_mermaid(preview: &Preview) -> String {
    let mut text = String::from("graph LR\n");
    for (index, one) in preview.launchers.iter().enumerate() {
        let name = one.meta.name.replace('"', "#quot;");
        let class = if is_off(one) { ":::off" } else { "" };
        text += &format!("    n{index}[\"{name}<br/>{}\"]{class}\n", overlay(one));
    }
    for (first, later) in arrows(preview) {
        text += &format!("    n{first} --> n{later}\n");
    }
    text + "    classDef off stroke-dasharray: 5 5\n"
}

fn is_off(one: &LauncherPreview) -> bool {
    reason(one).is_some()
}
