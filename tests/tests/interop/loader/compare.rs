//! Compares the lines of the two programs.

use std::fmt::Write as _;

use super::model::LauncherSet;

/// What the sets had, so that a test that compares nothing fails.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) sets: usize,
    launchers: usize,
    components: usize,
    lines: usize,
    launched: usize,
    failed: usize,
    cycles: usize,
    unknown: usize,
    two_sessions: usize,
}

impl Seen {
    /// Panics if too little was compared.
    pub(super) fn assert_enough(&self) {
        let enough = self.launched > self.sets / 2
            && self.failed > self.sets / 20
            && self.cycles > self.sets / 50
            && self.unknown > self.sets / 50
            && self.two_sessions > self.sets / 5
            && self.components > self.sets / 2
            && self.lines > 15 * self.sets;
        assert!(enough, "{self:?}");
    }
}

/// Returns the difference between the two programs for this set.
pub(super) fn compare(
    set: &LauncherSet,
    ours: &[String],
    theirs: &[String],
    seen: &mut Seen,
) -> Option<String> {
    seen.sets += 1;
    seen.launchers += set.launchers.len();
    let components = set
        .launchers
        .iter()
        .filter(|launcher| launcher.community.is_none());
    seen.components += components.count();
    seen.two_sessions += usize::from(set.sessions.len() > 1);
    let problem = if ours.iter().any(|line| line.starts_with("refused")) {
        refused(set, ours, theirs, seen)
    } else {
        launched(ours, theirs, seen)
    }?;
    let mut text = format!("set {}: {problem}\nours:\n", set.number);
    for (title, lines) in [("", ours), ("theirs:\n", theirs)] {
        let _ = writeln!(text, "{title}  {}", lines.join("\n  "));
    }
    Some(text)
}

/// Checks a set that is not refused here.
fn launched(ours: &[String], theirs: &[String], seen: &mut Seen) -> Option<String> {
    let (ours, left) = split(ours, "left ");
    let (theirs, kept) = split(theirs, "kept ");
    seen.lines += ours.len();
    let has_failed = ours.iter().any(|line| line.starts_with("failed "));
    if has_failed {
        seen.failed += 1;
    } else {
        seen.launched += 1;
    }
    let of_either = ours
        .iter()
        .zip(&theirs)
        .position(|(one, other)| one != other);
    let first = of_either.unwrap_or(ours.len().min(theirs.len()));
    if ours != theirs {
        let line = |lines: &[&str]| lines.get(first).map(|line| (*line).to_owned());
        return Some(format!("{:?} and {:?}", line(&ours), line(&theirs)));
    }
    // The second deliberate difference.
    if left != ["0"] {
        return Some(format!("{left:?} objects are left here"));
    }
    let overlays = ours.iter().filter_map(|line| line.strip_prefix("overlay "));
    let overlays = if has_failed { overlays.count() } else { 0 };
    (kept != [overlays.to_string()]).then(|| format!("Python keeps {kept:?} overlays"))
}

/// Checks a set with a cycle or an unknown name: the first deliberate difference.
fn refused(
    set: &LauncherSet,
    ours: &[String],
    theirs: &[String],
    seen: &mut Seen,
) -> Option<String> {
    let mut meant = false;
    for line in ours {
        if let Some(path) = line.strip_prefix("refused cycle ") {
            seen.cycles += 1;
            meant |= is_cycle(set, &names(path), theirs);
        } else if let Some(pair) = line.strip_prefix("refused unknown ") {
            seen.unknown += 1;
            meant |= set.unknown.iter().any(|known| names(pair) == *known);
        } else if !line.starts_with("session ") && line != "left 0" {
            return Some(format!("{line:?} although the set is refused"));
        }
    }
    seen.lines += ours.len();
    (!meant).then(|| "refused for another reason".to_owned())
}

/// Checks a cycle: it has the `after` that was added to close one, and Python launched none of it.
fn is_cycle(set: &LauncherSet, path: &[String], theirs: &[String]) -> bool {
    let left_over = theirs
        .iter()
        .find_map(|line| line.strip_prefix("failed cycle "));
    let left_over = left_over.map(names).unwrap_or_default();
    let closed = |[first, last]: &[String; 2]| path.contains(first) && path.contains(last);
    set.cycles.iter().any(closed) && path.iter().all(|name| left_over.contains(name))
}

fn names(list: &str) -> Vec<String> {
    serde_json::from_str(list).unwrap_or_else(|error| panic!("{error}: {list}"))
}

/// Takes the lines with this start out of the others, and returns them without it.
fn split<'a>(lines: &'a [String], start: &str) -> (Vec<&'a str>, Vec<&'a str>) {
    let (taken, kept): (Vec<&str>, Vec<&str>) = lines
        .iter()
        .map(String::as_str)
        .partition(|line| line.starts_with(start));
    let taken = taken
        .into_iter()
        .filter_map(|line| line.strip_prefix(start));
    (kept, taken.collect())
}
