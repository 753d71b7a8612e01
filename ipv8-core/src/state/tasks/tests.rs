use std::time::{Duration, Instant};

use super::table::next_run;
use super::task::MAX_TASKS;
use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn name(name: &'static str) -> TaskName {
    TaskName::from(name)
}

fn every(tasks: &mut Tasks<char>, text: &'static str, job: char, now: Instant) {
    let kind = TaskKind::Every(SECOND);
    let added = tasks.add(name(text), kind, Some(job), now + SECOND, now);
    assert!(added.is_ok(), "{added:?}");
}

/// Runs the due tasks and returns their jobs.
fn run(tasks: &mut Tasks<char>, now: Instant) -> Vec<char> {
    let mut run = Vec::new();
    for due in tasks.due(usize::MAX, now) {
        if let Some(Work::Run(job)) = tasks.begin(&due, now) {
            run.push(job);
            tasks.end(due, job, now);
        }
    }
    run
}

#[test]
fn a_late_periodic_task_keeps_its_times_and_runs_once() {
    let start = Instant::now();
    let mut tasks = Tasks::default();
    every(&mut tasks, "tick", 't', start);
    assert_eq!(run(&mut tasks, start + SECOND / 2), []);
    for seconds in 1..=3 {
        assert_eq!(tasks.next_timeout(), Some(start + SECOND * seconds));
        assert_eq!(run(&mut tasks, start + SECOND * seconds), ['t']);
    }
    // Two and a half seconds late: one run, then the regular times again.
    assert_eq!(run(&mut tasks, start + SECOND * 13 / 2), ['t']);
    assert_eq!(tasks.next_timeout(), Some(start + SECOND * 7));
    assert_eq!(run(&mut tasks, start + SECOND * 7), ['t']);
    assert_eq!(tasks.next_timeout(), Some(start + SECOND * 8));
}

#[test]
fn a_task_that_runs_once_ends_when_it_starts() {
    let now = Instant::now();
    let mut tasks = Tasks::default();
    let added = tasks.add(name("once"), TaskKind::Once, Some('o'), now, now);
    assert!(added.is_ok() && tasks.is_active("once"));
    let due = tasks.due(usize::MAX, now);
    assert!(tasks.is_active("once"), "until it starts");
    assert!(matches!(tasks.begin(&due[0], now), Some(Work::Run('o'))));
    assert!(!tasks.is_active("once"));
    assert_eq!(tasks.next_timeout(), None);
}

#[test]
fn an_active_name_is_refused_and_a_cancelled_one_is_free() {
    let now = Instant::now();
    let mut tasks = Tasks::default();
    every(&mut tasks, "tick", 'a', now);
    let again = tasks.add(name("tick"), TaskKind::Once, Some('b'), now, now);
    assert_eq!(again, Err(TaskError::Active(name("tick"))));
    assert_eq!(tasks.cancel("tick"), Some((0, TaskKind::Every(SECOND))));
    assert_eq!(tasks.cancel("tick"), None);
    assert_eq!(tasks.next_timeout(), None);
    every(&mut tasks, "tick", 'b', now);
    assert_eq!(run(&mut tasks, now + SECOND), ['b']);
}

#[test]
fn a_task_cancelled_or_replaced_between_due_and_begin_does_not_run() {
    let now = Instant::now();
    let mut tasks = Tasks::default();
    for text in ["gone", "replaced"] {
        every(&mut tasks, text, 'x', now);
    }
    let due = tasks.due(usize::MAX, now + SECOND);
    assert_eq!(due.len(), 2);
    tasks.cancel("gone");
    tasks.cancel("replaced");
    every(&mut tasks, "replaced", 'n', now + SECOND);
    for due in &due {
        assert!(tasks.begin(due, now + SECOND).is_none());
    }
    assert_eq!(run(&mut tasks, now + SECOND * 2), ['n']);
}

#[test]
fn a_task_that_cancels_or_replaces_itself_during_a_run_is_not_requeued() {
    let now = Instant::now();
    let mut tasks = Tasks::default();
    every(&mut tasks, "self", 'x', now);
    let due = tasks.due(usize::MAX, now + SECOND).remove(0);
    assert!(tasks.begin(&due, now + SECOND).is_some());
    assert!(tasks.is_active("self"), "while it runs");
    tasks.cancel("self");
    every(&mut tasks, "self", 'n', now + SECOND);
    tasks.end(due, 'x', now + SECOND);
    assert_eq!(run(&mut tasks, now + SECOND * 2), ['n']);
    assert_eq!(tasks.list().len(), 1);
}

#[test]
fn an_old_future_is_reported_repeatedly() {
    let now = Instant::now();
    let mut tasks: Tasks<char> = Tasks::default();
    let number = tasks.add(name("f"), TaskKind::Future, None, now + MAX_TASK_AGE, now);
    let number = number.expect("there is room");
    for times in 1..=3 {
        let at = now + MAX_TASK_AGE * times;
        assert_eq!(tasks.next_timeout(), Some(at));
        let due = tasks.due(usize::MAX, at);
        let report = tasks.begin(&due[0], at);
        assert!(matches!(report, Some(Work::Report(age)) if age == MAX_TASK_AGE * times));
    }
    assert!(!tasks.finish("f", number + 1), "another task of that name");
    assert!(tasks.finish("f", number) && !tasks.finish("f", number));
    assert_eq!(tasks.next_timeout(), None);
}

#[test]
fn intervals_and_numbers_are_bounded() {
    let now = Instant::now();
    let mut tasks = Tasks::default();
    let short = Duration::from_micros(999);
    let refused = tasks.add(name("s"), TaskKind::Every(short), Some('s'), now, now);
    let (interval, expected) = (short, name("s"));
    assert_eq!(
        refused,
        Err(TaskError::Interval {
            name: expected,
            interval
        })
    );
    for _ in 0..MAX_TASKS {
        let fresh = tasks.anonymous("many");
        let added = tasks.add(fresh, TaskKind::Once, Some('m'), now, now);
        assert!(added.is_ok());
    }
    let full = tasks.add(name("more"), TaskKind::Once, Some('m'), now, now);
    assert_eq!(full, Err(TaskError::Full(name("more"))));
    tasks.shut_down();
    let late = tasks.add(name("late"), TaskKind::Once, Some('m'), now, now);
    assert_eq!(late, Err(TaskError::Unloaded(name("late"))));
    assert!(tasks.list().is_empty() && tasks.next_timeout().is_none());
}

#[test]
fn anonymous_names_are_unique() {
    let now = Instant::now();
    let mut tasks = Tasks::default();
    let taken = tasks.add(name("x 2"), TaskKind::Once, Some('x'), now, now);
    assert!(taken.is_ok());
    let first = tasks.anonymous("x");
    let second = tasks.anonymous("x");
    assert!(first != second && first != "x 2" && second != "x 2");
    assert!(first.as_str().starts_with("x "));
}

#[test]
fn the_longest_interval_does_not_panic() {
    let now = Instant::now();
    let longest = Duration::MAX;
    assert_eq!(next_run(now, longest, now), None);
    assert_eq!(next_run(now, longest, now + SECOND), None);
}
