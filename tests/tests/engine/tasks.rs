//! An overlay's tasks in virtual time, and futures that the driver polls.

use std::time::Duration;

use ipv8_core::internals::engine::{
    Callback, Engine, EngineConfig, Event, Input, Output, TIMEOUTS_AT_ONCE,
};
use ipv8_core::internals::tasks::{MAX_TASK_AGE, TaskKind};
use ipv8_core::prelude::*;
use ipv8_tests::desk::{Desk, address, overlay_config, panicked};
use ipv8_tests::probe::{Ping, Probe};
use tokio::sync::oneshot;

const SECOND: Duration = Duration::from_secs(1);

/// Counts its ticks, and notes the tasks that ended.
struct Worker {
    ticks: u32,
    done: Vec<String>,
}

impl Community for Worker {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xcc; 20]);
    type Settings = ();

    fn new(_settings: (), cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        cx.every("tick", SECOND, Self::tick)?;
        Ok(Self {
            ticks: 0,
            done: Vec::new(),
        })
    }
}

impl Worker {
    fn tick(&mut self, cx: &mut Context<'_>) {
        self.ticks += 1;
        let sent = cx.send_to(address("10.0.0.7:7"), &Ping { number: 1 });
        assert_eq!(sent, Ok(()));
    }

    fn note(&mut self, text: String, _cx: &mut Context<'_>) {
        self.done.push(text);
    }
}

/// A desk with a worker instead of the probe.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.reload::<Worker>(());
    desk
}

fn call<R>(desk: &mut Desk, call: impl FnOnce(&mut Worker, &mut Context<'_>) -> R) -> R {
    let called = desk.engine.call(desk.id, desk.now, call);
    called.expect("the overlay is loaded")
}

fn ticks(desk: &mut Desk) -> u32 {
    call(desk, |worker, _| worker.ticks)
}

/// Lets `time` pass and handles the timeouts on the way. Returns the number of datagrams sent and
/// the events.
fn pass(desk: &mut Desk, time: Duration) -> (usize, Vec<Event>) {
    let end = desk.now + time;
    let (mut sent, mut events) = (0, Vec::new());
    while let Some(at) = desk.engine.poll_timeout().filter(|at| *at <= end) {
        desk.now = desk.now.max(at);
        desk.engine.handle(Input::Timeout, desk.now);
        let drained = desk.drain();
        sent += drained.0.len();
        events.extend(drained.1);
    }
    desk.now = end;
    (sent, events)
}

#[test]
fn a_periodic_task_runs_after_each_interval_and_its_datagrams_leave() {
    let mut desk = desk();
    assert_eq!(ticks(&mut desk), 0, "not at once");
    assert_eq!(pass(&mut desk, SECOND * 10).0, 10);
    assert_eq!(ticks(&mut desk), 10);
}

#[test]
fn a_periodic_task_that_comes_late_runs_once_and_keeps_its_beat() {
    let mut desk = desk();
    let start = desk.now;
    desk.now += SECOND * 11 / 2;
    desk.engine.handle(Input::Timeout, desk.now);
    desk.drain();
    assert_eq!(ticks(&mut desk), 1);
    assert_eq!(desk.engine.poll_timeout(), Some(start + SECOND * 6));
}

#[test]
fn the_first_run_comes_after_the_delay_that_was_asked_for() {
    let mut desk = desk();
    call(&mut desk, |_, cx| {
        assert!(cx.cancel_task("tick") && !cx.cancel_task("tick"));
        cx.every_after("soon", SECOND / 4, SECOND, Worker::tick)
            .expect("a new name");
        cx.every_after("now", Duration::ZERO, SECOND * 100, Worker::tick)
            .expect("a new name");
    });
    pass(&mut desk, Duration::ZERO);
    assert_eq!(ticks(&mut desk), 1, "zero means now");
    pass(&mut desk, SECOND / 2);
    assert_eq!(ticks(&mut desk), 2);
    pass(&mut desk, SECOND);
    assert_eq!(ticks(&mut desk), 3);
}

#[test]
fn a_delayed_task_runs_once_and_may_register_itself_again() {
    fn again(worker: &mut Worker, cx: &mut Context<'_>) {
        worker.done.push("again".to_owned());
        cx.after("again", SECOND, again).expect("the name is free");
    }
    let mut desk = desk();
    call(&mut desk, |_, cx| {
        cx.after("once", SECOND / 2, |worker: &mut Worker, cx| {
            worker.done.push("once".to_owned());
            assert!(!cx.is_task_active("once"));
        })
        .expect("a new name");
        cx.after("again", SECOND, again).expect("a new name");
        assert!(cx.is_task_active("once") && !cx.is_task_active("other"));
    });
    pass(&mut desk, SECOND * 3);
    let done = call(&mut desk, |worker, _| worker.done.clone());
    assert_eq!(done, ["once", "again", "again", "again"]);
}

#[test]
fn names_are_unique_while_active_and_can_be_replaced_or_generated() {
    let mut desk = desk();
    call(&mut desk, |_, cx| {
        let refused = cx.after("tick", SECOND, Worker::tick);
        assert_eq!(refused, Err(TaskError::Active("tick".into())));
        cx.replace_task("tick", Task::every(SECOND * 5, Worker::tick))
            .expect("replacing is allowed");
        let first = cx.register_anonymous_task("ping", Task::after(SECOND, Worker::tick));
        let second = cx.register_anonymous_task("ping", Task::after(SECOND, Worker::tick));
        assert_ne!(
            first.expect("there is room"),
            second.expect("there is room")
        );
        let kinds: Vec<_> = cx.tasks().into_iter().map(|task| task.kind).collect();
        let every = TaskKind::Every(SECOND * 5);
        assert_eq!(kinds, [every, TaskKind::Once, TaskKind::Once]);
    });
    pass(&mut desk, SECOND * 10);
    assert_eq!(ticks(&mut desk), 4);
}

#[test]
fn a_task_can_cancel_and_replace_itself() {
    let mut desk = desk();
    call(&mut desk, |_, cx| {
        cx.replace_task(
            "tick",
            Task::every(SECOND, |worker: &mut Worker, cx| {
                worker.ticks += 1;
                match worker.ticks {
                    1 => assert_eq!(
                        cx.every("tick", SECOND, Worker::tick),
                        Err(TaskError::Active("tick".into())),
                        "it is active while it runs"
                    ),
                    2 => {
                        let next = Task::after(SECOND, |worker: &mut Worker, _| worker.ticks = 100);
                        cx.replace_task("tick", next).expect("replacing is allowed");
                    }
                    _ => unreachable!("it was replaced"),
                }
            }),
        )
        .expect("replacing is allowed");
    });
    pass(&mut desk, SECOND * 10);
    assert_eq!(ticks(&mut desk), 100);
    assert_eq!(desk.engine.poll_timeout(), None);
}

#[test]
fn a_panic_is_named_and_counted_and_a_periodic_task_goes_on() {
    let mut desk = desk();
    call(&mut desk, |_, cx| {
        cx.every("trap", SECOND, |_: &mut Worker, _| panic!("a trap"))
            .expect("a new name");
        cx.after("trap once", SECOND, |_: &mut Worker, _| panic!("a trap"))
            .expect("a new name");
    });
    let (_, events) = pass(&mut desk, SECOND * 3);
    let (panicked, once) = (panicked(&events), Callback::Task("trap once".into()));
    assert_eq!(panicked.len(), 4);
    assert_eq!(panicked.iter().filter(|at| **at == once).count(), 1);
    assert_eq!(desk.engine.stats().panics, 4);
    assert_eq!(ticks(&mut desk), 3, "the others went on");
}

#[test]
fn tasks_of_another_community_are_refused() {
    let mut desk = desk();
    let refused = call(&mut desk, |_, cx| {
        cx.after("stranger", SECOND, |_: &mut Probe, _| unreachable!())
    });
    let Err(TaskError::OtherCommunity { given, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(given.ends_with("Probe"), "{given}");
}

#[test]
fn a_future_brings_its_output_back_to_the_community() {
    let mut desk = desk();
    let (answer, question) = oneshot::channel::<String>();
    call(&mut desk, |_, cx| {
        let future = async { question.await.expect("it is answered") };
        cx.spawn("wait", future, Worker::note).expect("a new name");
    });
    pass(&mut desk, SECOND * 5);
    desk.drain();
    assert!(call(&mut desk, |worker, cx| worker.done.is_empty()
        && cx.is_task_active("wait")));
    answer.send("done".to_owned()).expect("the future waits");
    desk.drain();
    assert!(call(&mut desk, |worker, cx| worker.done == ["done"]
        && !cx.is_task_active("wait")));
}

/// Reports when it is dropped.
struct Guard(Option<oneshot::Sender<()>>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(sender) = self.0.take() {
            let _ = sender.send(());
        }
    }
}

/// Spawns a future that never ends. The receiver gets a message when the future is dropped.
fn spawn_endless(desk: &mut Desk, name: &'static str) -> oneshot::Receiver<()> {
    let (dropped, told) = oneshot::channel();
    let guard = Guard(Some(dropped));
    call(desk, |_, cx| {
        let future = async move {
            std::future::pending::<()>().await;
            drop(guard);
        };
        let done = |_: &mut Worker, (), _: &mut Context<'_>| unreachable!("it never ends");
        cx.spawn(name, future, done).expect("a new name");
    });
    told
}

#[test]
fn a_cancelled_future_is_dropped_whether_it_was_polled_or_not() {
    let mut desk = desk();
    let mut polled = spawn_endless(&mut desk, "polled");
    desk.drain();
    assert_eq!(desk.futures.len(), 1);
    let mut unpolled = spawn_endless(&mut desk, "unpolled");
    call(&mut desk, |_, cx| {
        assert!(cx.cancel_task("polled") && cx.cancel_task("unpolled"));
        assert!(!cx.is_task_active("polled"));
    });
    assert_eq!(unpolled.try_recv(), Ok(()), "at once");
    desk.drain();
    assert_eq!(polled.try_recv(), Ok(()));
    assert!(desk.futures.is_empty());
}

#[test]
fn unloading_ends_every_task_and_drops_every_future() {
    let mut desk = desk();
    let mut told = spawn_endless(&mut desk, "endless");
    desk.drain();
    assert!(desk.engine.unload_overlay(desk.id, desk.now));
    desk.drain();
    assert_eq!(told.try_recv(), Ok(()));
    assert_eq!(desk.engine.poll_timeout(), None);
    assert!(desk.futures.is_empty());
}

#[test]
fn the_output_of_a_cancelled_or_unloaded_future_is_ignored() {
    let mut desk = desk();
    let spawn = |desk: &mut Desk, text: &'static str| {
        call(desk, |_, cx| {
            let future = std::future::ready(text.to_owned());
            cx.spawn("late", future, Worker::note).expect("a new name");
        });
        // Polled to its end, but the engine has not handled the output yet.
        while let Some(output) = desk.engine.poll_output() {
            if let Output::Spawn(task) = output {
                desk.futures.insert(task);
            }
        }
        let [finished] = <[_; 1]>::try_from(desk.futures.poll()).expect("one is done");
        Input::Finished(finished)
    };
    let late = spawn(&mut desk, "cancelled");
    call(&mut desk, |_, cx| assert!(cx.cancel_task("late")));
    let new = spawn(&mut desk, "new");
    desk.engine.handle(late, desk.now);
    let done = |desk: &mut Desk| call(desk, |worker, _| worker.done.clone());
    assert_eq!(done(&mut desk), [""; 0]);
    desk.engine.handle(new, desk.now);
    assert_eq!(done(&mut desk), ["new"]);
    let late = spawn(&mut desk, "unloaded");
    desk.reload::<Worker>(());
    desk.engine.handle(late, desk.now);
    assert_eq!(done(&mut desk), [""; 0]);
}

#[test]
fn a_future_that_panics_is_reported_by_name_and_ends() {
    let mut desk = desk();
    call(&mut desk, |_, cx| {
        let future = async { panic!("a trap") };
        cx.spawn("trap", future, |_: &mut Worker, (), _: &mut Context<'_>| {
            unreachable!("it panicked")
        })
        .expect("a new name");
    });
    let events = desk.drain().1;
    assert_eq!(panicked(&events), [Callback::Task("trap".into())]);
    assert!(!call(&mut desk, |_, cx| cx.is_task_active("trap")));
}

#[test]
fn a_future_that_is_old_is_reported_and_a_delayed_task_is_not() {
    let mut desk = desk();
    let _told = spawn_endless(&mut desk, "endless");
    call(&mut desk, |_, cx| {
        cx.after("later", MAX_TASK_AGE * 5, Worker::tick)
            .expect("a new name");
    });
    let (_, events) = pass(&mut desk, MAX_TASK_AGE * 2);
    let old: Vec<_> = events
        .into_iter()
        .filter_map(|event| match event {
            Event::OldTask { name, age, .. } => Some((name, age)),
            _ => None,
        })
        .collect();
    let name = TaskName::from("endless");
    assert_eq!(
        old,
        [(name.clone(), MAX_TASK_AGE), (name, MAX_TASK_AGE * 2)]
    );
}

/// Registers tasks and then fails to start.
struct Impossible;

impl Community for Impossible {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xdd; 20]);
    type Settings = Option<oneshot::Sender<()>>;

    fn new(told: Self::Settings, cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        let guard = Guard(told);
        cx.every("tick", SECOND, |_: &mut Self, _| unreachable!())?;
        let future = async move { drop(guard) };
        cx.spawn(
            "future",
            future,
            |_: &mut Self, (), _: &mut Context<'_>| unreachable!(),
        )?;
        Err("it cannot be made".into())
    }
}

#[test]
fn an_overlay_that_could_not_be_made_leaves_no_tasks() {
    let now = std::time::Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let (dropped, mut told) = oneshot::channel();
    let added =
        engine.add_overlay::<Impossible>(overlay_config(0), Some(dropped), Strategies::new(), now);
    assert!(added.is_err());
    assert_eq!(told.try_recv(), Ok(()), "the future was dropped");
    assert_eq!(engine.poll_timeout(), None);
    assert!(engine.poll_output().is_none());
}

#[test]
fn one_input_runs_only_a_limited_number_of_due_tasks() {
    let mut desk = desk();
    let count = 3 * TIMEOUTS_AT_ONCE + 10;
    call(&mut desk, |_, cx| {
        for number in 0..count {
            let note = move |worker: &mut Worker, _: &mut Context<'_>| {
                worker.done.push(number.to_string());
            };
            let registered = cx.after(format!("task {number}"), SECOND / 2, note);
            assert_eq!(registered, Ok(()));
        }
    });
    desk.now += SECOND / 2;
    for times in 1..=4 {
        assert!(desk.engine.poll_timeout().is_some_and(|at| at <= desk.now));
        desk.engine.handle(Input::Timeout, desk.now);
        let done = call(&mut desk, |worker, _| worker.done.len());
        assert_eq!(done, count.min(times * TIMEOUTS_AT_ONCE));
    }
    assert!(desk.engine.poll_timeout().is_none_or(|at| at > desk.now));
    let order = call(&mut desk, |worker, _| std::mem::take(&mut worker.done));
    let expected: Vec<_> = (0..count).map(|number| number.to_string()).collect();
    assert_eq!(order, expected);
}
