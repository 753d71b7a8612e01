//! Tests refused launches. A refused launch undoes every step that it took, and its error names the
//! launcher at fault and where it is declared.

use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_core::{Error, LauncherMeta, launcher_meta};
use ipv8_tests::launch::{ProbeLauncher, configuration, endpoint, is_open};
use ipv8_tests::probe::{Hello, Log, Ping, ProbeSettings, Trap};

const HERE: &str = "10.0.0.1:1000";

async fn refusal(network: &MemoryNetwork, launchers: Launchers) -> Error {
    let launched = launchers
        .config(configuration(1, None))
        .launch_on(endpoint(network, HERE))
        .await;
    let error = launched.expect_err("the launch is refused");
    assert!(!is_open(network, HERE), "the socket is still open");
    error
}

fn logged(log: &Log, traps: &[Trap], refuse: bool) -> ProbeSettings {
    ProbeSettings {
        traps: traps.to_vec(),
        refuse,
        log: log.clone(),
    }
}

/// A community whose handler table comes from `T`.
struct Tabled<T>(std::marker::PhantomData<T>);

trait Table: Send + 'static {
    const ID: u8;
    fn fill<C: Community>(table: &mut MessageTable<C>);
}

impl<T: Table> Community for Tabled<T> {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([T::ID; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self(std::marker::PhantomData))
    }

    fn messages(table: &mut MessageTable<Self>) {
        T::fill(table);
    }
}

struct Twice;

impl Table for Twice {
    const ID: u8 = 0xc1;
    fn fill<C: Community>(table: &mut MessageTable<C>) {
        table
            .signed::<Hello>(|_, _, _, _| {})
            .unsigned::<Ping>(|_, _, _, _| {})
            .signed::<Hello>(|_, _, _, _| {});
    }
}

/// A message with an id that IPv8 reserves. It is written by hand because the derive macro refuses
/// such an id.
struct Reserved<const ID: u8>;

impl<const ID: u8> Payload for Reserved<ID> {
    fn pack(&self, _: &mut ipv8_core::wire::Writer) -> Result<(), ipv8_core::wire::PackError> {
        Ok(())
    }

    fn unpack(_: &mut ipv8_core::wire::Reader<'_>) -> Result<Self, ipv8_core::wire::UnpackError> {
        Ok(Self)
    }
}

impl<const ID: u8> Message for Reserved<ID> {
    const ID: u8 = ID;
    const NAME: &'static str = "Reserved";
    const GLOBAL_TIME: bool = false;
    type Authentication = ipv8_core::wire::Signed;
}

struct Taken;

impl Table for Taken {
    const ID: u8 = 0xc2;
    fn fill<C: Community>(table: &mut MessageTable<C>) {
        table
            .signed::<Reserved<246>>(|_, _, _, _| {})
            .signed::<Reserved<231>>(|_, _, _, _| {});
        table
            .signed::<Reserved<255>>(|_, _, _, _| {})
            .signed::<Reserved<230>>(|_, _, _, _| {});
    }
}

/// A strategy that does nothing.
#[derive(Default)]
struct Idle;

impl<C: Community> DiscoveryStrategy<C> for Idle {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

macro_rules! launcher {
    ($name:ident of $overlay:ty, walked by $targets:expr) => {
        struct $name;
        impl CommunityLauncher for $name {
            type Overlay = $overlay;
            type Session = ();
            const META: LauncherMeta = launcher_meta!(name = stringify!($name), after = []);
            fn walk_strategies(
                &self,
                _session: &Self::Session,
                strategies: &mut Strategies<$overlay>,
            ) {
                for target in $targets {
                    strategies.add::<Idle>(target, |_| {});
                }
            }
        }
    };
}

launcher!(TwiceLauncher of Tabled<Twice>, walked by [-1]);
launcher!(TakenLauncher of Tabled<Taken>, walked by [0]);
launcher!(SameIdLauncher of Same, walked by [20]);
launcher!(TargetLauncher of Same, walked by [-1, 0, -2, -3]);
launcher!(PanickingLauncher of Same, walked by [i32::MAX].map(|target| [target; 1][target as usize]));

/// A community with the id of `Probe<0>`.
struct Same;

impl Community for Same {
    const COMMUNITY_ID: CommunityId = ipv8_tests::desk::PROBE;
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

fn place(meta: &LauncherMeta) -> String {
    assert!(meta.file.ends_with(".rs") && meta.line > 1);
    format!(
        "{} ({}:{}:{})",
        meta.name, meta.file, meta.line, meta.column
    )
}

#[tokio::test(start_paused = true)]
async fn when_the_second_of_three_fails_the_first_is_undone_and_the_third_never_begins() {
    for (traps, refuse, what) in [
        (
            &[][..],
            true,
            "could not create Probe: configured to refuse",
        ),
        (
            &[Trap::New],
            false,
            "Probe panicked while it was being created",
        ),
        (
            &[Trap::Started],
            false,
            "Probe panicked while it was being created",
        ),
    ] {
        let (network, log, other) = (MemoryNetwork::new(), Log::default(), Log::default());
        let launchers = Launchers::new()
            .with(ProbeLauncher::<0>::new(logged(&log, &[], false)))
            .with(ProbeLauncher::<1>::new(logged(&other, traps, refuse)))
            .with(ProbeLauncher::<2>::new(logged(&log, &[], false)));
        let error = refusal(&network, launchers).await;
        assert!(matches!(error, Error::Launch { .. }), "{error:?}");
        let place = place(&<ProbeLauncher<1> as CommunityLauncher>::META);
        assert_eq!(
            error.to_string(),
            format!("launcher {place} failed: {what}")
        );
        assert_eq!(log.lines(), ["0 New", "0 Started", "0 Unload", "0 Drop"]);
    }
}

#[tokio::test(start_paused = true)]
async fn two_messages_of_one_id_are_refused() {
    let error = refusal(&MemoryNetwork::new(), Launchers::new().with(TwiceLauncher))
        .await
        .to_string();
    assert_eq!(
        error,
        format!(
            "launcher {} failed: Tabled: messages `Hello` and `Hello` both have id 1: give one of them another id, 0 to 230",
            place(&TwiceLauncher::META)
        )
    );
}

#[tokio::test(start_paused = true)]
async fn reserved_ids_are_refused_all_at_once() {
    let error = refusal(&MemoryNetwork::new(), Launchers::new().with(TakenLauncher))
        .await
        .to_string();
    let (start, problems) = error.split_once(": message ").expect("the problems");
    assert_eq!(
        start,
        format!("launcher {} failed: Tabled", place(&TakenLauncher::META))
    );
    for (id, owner) in [
        (246, "introduction-request"),
        (231, "new-puncture"),
        (255, "reserved-255"),
    ] {
        assert!(
            problems.contains(&format!("has id {id}, which is IPv8's own ({owner})")),
            "{problems}"
        );
    }
    assert!(!problems.contains("has id 230"), "230 is free");
}

#[tokio::test(start_paused = true)]
async fn two_overlays_of_one_id_are_refused() {
    let log = Log::default();
    let launchers = Launchers::new()
        .with(ProbeLauncher::<0>::new(logged(&log, &[], false)))
        .with(SameIdLauncher);
    let error = refusal(&MemoryNetwork::new(), launchers).await.to_string();
    assert!(
        error.contains(&format!("have the same community id {}: ", "a0".repeat(20))),
        "{error}"
    );
    assert!(error.contains(&place(&SameIdLauncher::META)), "{error}");
    assert!(error.contains("P0 (tests/src/launch.rs:"), "{error}");
    assert!(log.lines().is_empty(), "nothing has run");
}

#[tokio::test(start_paused = true)]
async fn targets_below_minus_one_are_refused() {
    let error = refusal(&MemoryNetwork::new(), Launchers::new().with(TargetLauncher))
        .await
        .to_string();
    assert_eq!(
        error,
        format!(
            "launcher {} failed: Same: invalid target_peers -2 of Idle: expected -1 (no limit), 0 or more",
            place(&TargetLauncher::META)
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_launcher_that_panics_is_named() {
    let error = refusal(
        &MemoryNetwork::new(),
        Launchers::new().with(PanickingLauncher),
    )
    .await;
    assert!(matches!(error, Error::LauncherPanicked { .. }));
    let place = place(&PanickingLauncher::META);
    assert_eq!(
        error.to_string(),
        format!("launcher {place} panicked in walk_strategies")
    );
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_the_plan_refuses_starts_nothing() {
    let log = Log::default();
    let launchers = Launchers::new()
        .with(ProbeLauncher::<0>::new(logged(&log, &[], false)))
        .with(ProbeLauncher::<0>::new(logged(&log, &[], false)))
        .only(["P0", "P9"]);
    let error = refusal(&MemoryNetwork::new(), launchers).await;
    let Error::Plan(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.problems().len(), 2, "{error}");
    assert!(log.lines().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_launch_dropped_before_it_runs_leaves_nothing() {
    let (network, log) = (MemoryNetwork::new(), Log::default());
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(logged(&log, &[], false)));
    let launch = launchers
        .config(configuration(1, None))
        .launch_on(endpoint(&network, HERE));
    assert!(is_open(&network, HERE));
    drop(launch);
    assert!(!is_open(&network, HERE));
    assert!(log.lines().is_empty());
}
