//! The entry point of a program: chooses launchers, and checks, previews or launches them.

use std::fmt;

use super::community_launcher::CommunityLauncher;
use super::launcher::Launcher;
use super::preview::{Preview, preview};
use super::registry::{empty_links, registrations};
use super::session::Session;
use super::set::LauncherSet;
use super::with_sessions::WithSessions;
use crate::config::{Config, Effective};
use crate::engine::overlays::CommunityType;
use crate::launch::plan::{Plan, PlanError, Problem};
use crate::node::endpoint::Endpoint;
use crate::node::{Error, Ipv8};
use crate::overlay::community::Community;

/// Launches every launcher linked into this program with the default configuration: a socket on
/// `0.0.0.0:8090` (or the next free port), a new key, no bootstrap addresses.
///
/// Use [`Launchers`] for other settings. Must be called inside a tokio runtime with its IO and time
/// drivers.
///
/// # Errors
///
/// [`Error`]: all problems of the launchers at once, before anything starts; or the first failure,
/// after everything started was undone, the last overlay first. No task and no socket remains. The
/// same happens when the returned future is dropped.
pub async fn launch_all() -> Result<Ipv8, Error> {
    Launchers::collected().launch().await
}

/// Like [`launch_all`], but with a session: see [`Launchers::launch_with`].
///
/// # Errors
///
/// Like [`launch_all`].
pub async fn launch_all_with<S: Send + 'static>(session: &mut S) -> Result<Ipv8, Error> {
    Launchers::collected().launch_with(session).await
}

/// The launchers of one node.
///
/// There is no global state: the sets of several tests can exist in one process.
///
/// A launch plans, checks and runs. The order of a plan is repeatable: `after` first, then the
/// fixed order of the launchers' locations in the source. The order of [`with`](Self::with) does
/// not matter.
#[must_use = "call `launch` to start the node"]
pub struct Launchers {
    set: LauncherSet,
}

impl Default for Launchers {
    fn default() -> Self {
        Self::new()
    }
}

impl Launchers {
    /// Returns a set without launchers; add them by [`with`](Self::with).
    pub fn new() -> Self {
        Self {
            set: LauncherSet::new(),
        }
    }

    /// Returns a new instance of every launcher linked into this program (see
    /// [`launchers()`](crate::launchers)).
    ///
    /// [`plan`](Self::plan) reports a problem if there are none, because usually a crate was not
    /// linked.
    pub fn collected() -> Self {
        let mut collected = Self::new();
        for registration in registrations() {
            collected.set.add(registration.launcher());
        }
        collected.set.empty_links = empty_links();
        if collected.set.entries.is_empty() {
            collected.set.problems.push(Problem::NothingLinked);
        }
        collected
    }

    /// Adds a launcher.
    pub fn with<L: CommunityLauncher>(self, launcher: L) -> Self {
        self.with_erased(Launcher::new(launcher))
    }

    /// Not inlined, so that the compiler generates it once and not for each launcher.
    #[inline(never)]
    fn with_erased(mut self, launcher: Launcher) -> Self {
        self.set.add(launcher);
        self
    }

    /// Keeps only the launchers with these names, of those added so far. [`plan`](Self::plan)
    /// reports unknown names.
    ///
    /// The names of the others stay known: an `after` may name them, but no launcher waits for
    /// them.
    pub fn only<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.set.select(names, |is_named| is_named);
        self
    }

    /// Leaves out the launchers with these names, of those added so far. [`plan`](Self::plan)
    /// reports unknown names.
    ///
    /// Their names stay known: an `after` may name them, but no launcher waits for them.
    pub fn without<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.set.select(names, |is_named| !is_named);
        self
    }

    /// Says which crates have launchers that must be linked into this program. [`plan`](Self::plan)
    /// reports each of these crates without a launcher among those added so far. Linkers drop
    /// crates silently; the guide [Which launchers are linked in?](crate::guide::linking) has the
    /// cases.
    ///
    /// ```
    /// # use ipv8_core::prelude::*;
    /// let launchers = Launchers::collected().expect_crates(["my-plugin"]);
    /// let error = launchers.plan().unwrap_err();
    /// assert!(error.to_string().contains("ipv8_core::link!(my_plugin)"), "{error}");
    /// ```
    pub fn expect_crates<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        for name in names {
            self.set.expect_crate(name.as_ref());
        }
        self
    }

    /// Makes a type of community available to the configuration (`[[overlays]]`,
    /// `class = "MyCommunity"`), and replaces one with the same name.
    ///
    /// The launchers' communities and the library's `DiscoveryCommunity` are always available.
    pub fn community<C: Community>(mut self) -> Self {
        self.set.add_community(CommunityType::of::<C>());
        self
    }

    /// Sets the configuration of the node. Default: [`Config::default`].
    pub fn config(mut self, config: Config) -> Self {
        self.set.config = config;
        self
    }

    /// Changes the configuration of the node.
    #[cfg(feature = "cli")]
    pub(super) fn reconfigure(mut self, change: impl FnOnce(Config) -> Config) -> Self {
        self.set.config = change(self.set.config);
        self
    }

    /// Returns the names of the enabled launchers, in the fixed order of their locations;
    /// [`plan`](Self::plan) returns the order of launch.
    pub fn names(&self) -> Vec<&'static str> {
        let entries = self.set.entries.iter();
        let enabled = entries.filter(|entry| self.set.is_enabled(entry));
        let mut metas: Vec<_> = enabled.map(|entry| entry.launcher.meta()).collect();
        metas.sort_by_key(|meta| meta.tie_break());
        metas.into_iter().map(|meta| meta.name).collect()
    }

    /// Returns the order of launch. It reads only the launchers' metadata and starts nothing.
    ///
    /// # Errors
    /// Every problem of the launchers at once: see [`Problem`].
    pub fn plan(&self) -> Result<Plan, PlanError> {
        self.set.plan()
    }

    /// Like [`plan`](Self::plan), but checks the configuration too, as a launch does before it
    /// starts anything.
    ///
    /// # Errors
    /// Every problem of the launchers, then every problem of the configuration.
    pub fn check(&self) -> Result<Plan, PlanError> {
        self.set.check()
    }

    /// Returns the problems that prevent no launch; a launch logs them. They are the crates without
    /// launchers that [`link!`](crate::link!) names ([`Problem::EmptyLink`], only for
    /// [`collected`](Self::collected) launchers), and of the configuration ([`Problem::Config`])
    /// the parts that are ignored or deprecated and the overlays whose community only py-ipv8 has.
    #[must_use]
    pub fn warnings(&self) -> Vec<Problem> {
        self.set.warnings()
    }

    /// Returns every setting of the configuration and where its value comes from.
    #[must_use]
    pub fn effective_configuration(&self) -> Effective {
        self.set.config.effective()
    }

    /// Returns the result of a launch with this session. Starts nothing, but asks each launcher for
    /// its condition, its strategies and its bootstrappers. A launcher that panics is reported as
    /// [`LaunchDecision::Panicked`](super::LaunchDecision::Panicked).
    pub fn preview<S: Send + 'static>(&self, session: &mut S) -> Preview {
        preview(&self.set, &Session::new(session))
    }

    /// Adds a session: a value of the program that the launchers with this type of
    /// [`Session`](CommunityLauncher::Session) read and change. Each of several has a type of its
    /// own.
    ///
    /// ```no_run
    /// # use ipv8_core::prelude::*;
    /// # #[derive(Default)] struct Database;
    /// # #[derive(Default)] struct Window;
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let (mut database, mut window) = (Database::default(), Window::default());
    /// let launchers = Launchers::collected().session(&mut database).session(&mut window);
    /// let ipv8 = launchers.launch().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// The launch checks that there is a session for each launcher before it starts anything.
    pub fn session<S: Send + 'static>(self, session: &mut S) -> WithSessions<'_> {
        WithSessions::new(self.set, Session::new(session))
    }

    /// Launches one node with the overlays of all these launchers.
    ///
    /// First it asks every launcher once whether it should be launched. Then it runs one launcher
    /// at a time: [`prepare`](CommunityLauncher::prepare), the methods that describe its overlay,
    /// the overlay itself, [`finalize`](CommunityLauncher::finalize). Until all launchers are done
    /// the node is on hold: it has its socket and answers its handles, but no strategy takes a step
    /// and no datagram is sent or received.
    ///
    /// Must be called inside a tokio runtime with its IO and time drivers.
    ///
    /// # Errors
    ///
    /// Like [`launch_all`].
    pub async fn launch(self) -> Result<Ipv8, Error> {
        self.launch_with(&mut ()).await
    }

    /// Like [`Launchers::launch`], but with a session: a value of the program that every launcher
    /// with this type of [`Session`](CommunityLauncher::Session) reads and changes.
    ///
    /// # Errors
    ///
    /// Like [`launch_all`]; each launcher that needs a session of another type is a
    /// [`Problem::Session`]. After a failure the session is as the launchers left it; handles in it
    /// belong to a stopped node.
    pub async fn launch_with<S: Send + 'static>(self, session: &mut S) -> Result<Ipv8, Error> {
        self.session(session).launch().await
    }

    /// Like [`Launchers::launch`], but on a given endpoint: an endpoint in memory, for a test
    /// without network access. The configuration's interfaces are ignored.
    ///
    /// # Errors
    ///
    /// Like [`launch_all`].
    pub async fn launch_on(self, endpoint: Endpoint) -> Result<Ipv8, Error> {
        self.launch_on_with(endpoint, &mut ()).await
    }

    /// Like [`Launchers::launch_with`], but on a given endpoint: see [`Launchers::launch_on`].
    ///
    /// # Errors
    ///
    /// Like [`Launchers::launch_with`].
    pub async fn launch_on_with<S: Send + 'static>(
        self,
        endpoint: Endpoint,
        session: &mut S,
    ) -> Result<Ipv8, Error> {
        self.session(session).launch_on(endpoint).await
    }
}

/// Shows the selected launchers with their locations, and the configuration.
impl fmt::Debug for Launchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.set.entries.iter();
        let selected = entries.filter(|entry| entry.selected);
        let launchers: Vec<String> = selected
            .map(|entry| entry.launcher.meta().to_string())
            .collect();
        f.debug_struct("Launchers")
            .field("launchers", &launchers)
            .field("configuration", &self.set.config)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sequence;
    use super::*;
    use crate::launch::LauncherMeta;
    use crate::overlay::community::CommunityError;
    use crate::overlay::context::Context;
    use crate::wire::packet::CommunityId;

    struct Nothing<const N: u8>;

    impl<const N: u8> Community for Nothing<N> {
        const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([N; 20]);
        type Settings = ();

        fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self)
        }
    }

    macro_rules! launcher {
        ($number:literal $name:ident after $after:tt) => {
            struct $name;

            impl CommunityLauncher for $name {
                type Overlay = Nothing<$number>;
                type Session = ();
                const META: LauncherMeta =
                    crate::launcher_meta!(name = stringify!($name), after = $after);
            }
        };
    }

    launcher!(1 Alpha after ["Beta"]);
    launcher!(2 Beta after []);
    launcher!(3 Gamma after ["Alpha"]);

    fn planned(launchers: &Launchers) -> Vec<&'static str> {
        launchers.plan().unwrap().names().collect()
    }

    fn all() -> Launchers {
        Launchers::new().with(Gamma).with(Beta).with(Alpha)
    }

    #[test]
    fn the_order_of_with_does_not_matter() {
        let other = Launchers::new().with(Alpha).with(Beta).with(Gamma);
        assert_eq!(planned(&all()), ["Beta", "Alpha", "Gamma"]);
        assert_eq!(planned(&other), ["Beta", "Alpha", "Gamma"]);
        assert_eq!(all().names(), ["Alpha", "Beta", "Gamma"]);
    }

    #[test]
    fn only_and_without_apply_to_the_launchers_added_before() {
        assert_eq!(planned(&all().only(["Gamma", "Alpha"])), ["Alpha", "Gamma"]);
        assert_eq!(planned(&all().without(["Alpha"])), ["Beta", "Gamma"]);
        assert_eq!(planned(&all().only(["Alpha"]).without(["Alpha"])), [""; 0]);
        let later = Launchers::new()
            .with(Alpha)
            .with(Beta)
            .only(["Beta"])
            .with(Gamma);
        assert_eq!(planned(&later), ["Beta", "Gamma"]);
        assert_eq!(all().without(["Beta"]).names(), ["Alpha", "Gamma"]);
    }

    #[test]
    fn unknown_names_are_problems() {
        let error = all().only(["Gama", "Zeta"]).plan().unwrap_err();
        let [gama, zeta] = error.problems() else {
            panic!("{error}");
        };
        assert!(
            gama.to_string().contains("did you mean \"Gamma\"?"),
            "{gama}"
        );
        assert!(
            zeta.to_string()
                .starts_with("cannot select or skip \"Zeta\": no such launcher"),
            "{zeta}"
        );
        // An `after` needs a launcher of that name, launched or not.
        let error = Launchers::new().with(Gamma).plan().unwrap_err();
        assert!(matches!(
            error.problems(),
            [Problem::UnknownAfter { after: "Alpha", .. }]
        ));
    }

    #[test]
    fn no_launchers_make_an_empty_plan() {
        assert_eq!(planned(&Launchers::new()), [""; 0]);
    }

    #[test]
    fn a_check_reports_launchers_and_configuration_together() {
        let wrong = Config::default().walk_interval(0.0).max_peers(-5);
        let launchers = Launchers::new().with(Beta).with(Beta).config(wrong);
        let error = launchers.check().unwrap_err();
        assert!(matches!(
            error.problems(),
            [
                Problem::Duplicate { .. },
                Problem::Config(_),
                Problem::Config(_)
            ]
        ));
        assert_eq!(error.to_string().lines().count(), 4, "{error}");
        assert!(sequence::order(launchers.set, &Session::new(&mut ())).is_err());
    }

    #[test]
    fn a_sequence_follows_the_plan() {
        let launchers = all().without(["Alpha"]);
        let sequence = sequence::order(launchers.set, &Session::new(&mut ())).unwrap();
        let launched = sequence.launchers.iter();
        let names: Vec<&str> = launched.clone().map(Launcher::name).collect();
        assert_eq!(names, ["Beta", "Gamma"]);
        assert!(launched.into_iter().all(|launcher| {
            launcher
                .overlay()
                .is_some_and(|one| one.name() == "Nothing")
        }));
        assert_eq!(sequence.config.problems(), []);
    }
}
