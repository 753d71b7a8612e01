//! `list`: all launchers, and whether each one would start.

use serde_json::{Value, json};

use super::answer::Answer;
use crate::launch::{LaunchDecision, LauncherPreview, Preview};

pub(super) fn answer(preview: &Preview, json: bool) -> Answer {
    let text = match json {
        true => format!("{:#}\n", to_json(preview)),
        false => table(preview),
    };
    Answer::new(text)
        .with_warnings(&preview.warnings)
        .with_plan(&preview.plan)
}

/// Returns the reason why a launcher is not launched; `None` if it is.
pub(super) fn reason(one: &LauncherPreview) -> Option<String> {
    match one.decision {
        LaunchDecision::Launch => None,
        LaunchDecision::LeftOut => Some("left out".to_owned()),
        LaunchDecision::ConfiguredOff => Some("the configuration says enabled = false".to_owned()),
        LaunchDecision::ConditionFalse => Some("its condition is false".to_owned()),
        LaunchDecision::OtherSession => Some(format!("it needs a session of type {}", one.session)),
        LaunchDecision::Panicked(hook) => Some(format!("it panicked in {hook}")),
    }
}

/// Returns the overlay's community without its path; `-` for a launcher without an overlay.
pub(super) fn overlay(one: &LauncherPreview) -> &'static str {
    let Some(name) = one.overlay else {
        return "-";
    };
    let head = name.split('<').next().unwrap_or(name);
    head.rsplit("::").next().unwrap_or(head)
}

/// Returns the strategies with their targets: `RandomWalk 20, EdgeWalk -1`.
pub(super) fn strategies(one: &LauncherPreview) -> String {
    let strategies = one.strategies.iter();
    let strategies = strategies.map(|(name, target)| format!("{name} {target}"));
    strategies.collect::<Vec<_>>().join(", ")
}

fn table(preview: &Preview) -> String {
    let titles = [
        "LAUNCHER",
        "LAUNCH",
        "OVERLAY",
        "STRATEGIES",
        "AFTER",
        "CRATE",
        "LOCATION",
    ];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(preview.launchers.iter().map(|one| row(preview, one)));
    for overlay in &preview.overlays {
        let empty = String::new;
        let location = overlay.origin.to_string();
        let class = overlay.value.clone();
        let name = "(configured)".to_owned();
        rows.push([
            name,
            "last".to_owned(),
            class,
            empty(),
            empty(),
            empty(),
            location,
        ]);
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn row(preview: &Preview, one: &LauncherPreview) -> [String; 7] {
    let launch = match (reason(one), preview.position(one.meta.name)) {
        (Some(reason), _) => format!("no: {reason}"),
        (None, Some(position)) => position.to_string(),
        (None, None) => "yes, once the errors below are fixed".to_owned(),
    };
    [
        one.meta.name.to_owned(),
        launch,
        overlay(one).to_owned(),
        strategies(one),
        one.meta.after.join(", "),
        one.meta.crate_name.to_owned(),
        one.meta.location().to_string(),
    ]
}

fn to_json(preview: &Preview) -> Value {
    let launchers: Vec<Value> = preview
        .launchers
        .iter()
        .map(|one| launcher(preview, one))
        .collect();
    let overlays = preview
        .overlays
        .iter()
        .map(|overlay| json!({"class": overlay.value, "origin": overlay.origin.to_string()}));
    let problems = preview.plan.as_ref().err().map(|error| error.problems());
    let problems = problems.into_iter().flatten().map(ToString::to_string);
    let warnings = preview.warnings.iter().map(ToString::to_string);
    json!({
        "launchers": launchers,
        "overlays": overlays.collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
        "warnings": warnings.collect::<Vec<_>>(),
    })
}

fn launcher(preview: &Preview, one: &LauncherPreview) -> Value {
    let meta = &one.meta;
    let strategies = one
        .strategies
        .iter()
        .map(|(name, target)| json!({"strategy": name, "target_peers": target}));
    let reason = reason(one);
    json!({
        "name": meta.name,
        "launch": reason.is_none(),
        "reason": reason,
        "position": preview.position(meta.name),
        "after": meta.after,
        "overlay": one.overlay,
        "session": one.session,
        "strategies": strategies.collect::<Vec<_>>(),
        "bootstrappers": one.bootstrappers,
        "crate": meta.crate_name,
        "module": meta.module,
        "file": meta.file,
        "line": meta.line,
        "column": meta.column,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::launch::Problem;
    use crate::launch::plan::Link;

    #[test]
    fn warnings_are_listed_and_change_no_exit_code() {
        let link = Link::new("chat", "my_program", ("src/main.rs", 3, 1));
        let preview = Preview {
            launchers: Vec::new(),
            overlays: Vec::new(),
            plan: Ok(Vec::new()),
            warnings: vec![Problem::EmptyLink {
                name: link.name,
                location: link.location,
            }],
        };
        let start = "src/main.rs:3:1: link!(chat): no launcher of the crate \"chat\" is linked";
        let shown = answer(&preview, true);
        let listed: Value = serde_json::from_str(&shown.text).expect("JSON");
        let listed = listed["warnings"][0].as_str();
        assert!(
            listed.is_some_and(|text| text.starts_with(start)),
            "{listed:?}"
        );
        let complaint = format!("warning: {start}");
        assert!(shown.complaints.starts_with(&complaint), "{shown:?}");
        assert_eq!(shown.code(), 0);
    }
}
