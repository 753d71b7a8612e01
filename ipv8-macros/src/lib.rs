//! The attribute and derive macros of `ipv8-core`. Depend on that crate, which re-exports them.
//!
//! An attribute macro sees only the tokens below it. So each launcher attribute ([`macro@overlay`],
//! [`macro@walk_strategy`], [`macro@name`] and so on) moves its arguments into one more attribute,
//! the *finaliser*, which stays last in the list. The finaliser runs after all others, sees their
//! arguments in the order written, and returns the struct, one `impl CommunityLauncher` and one
//! registration.
//!
//! `launcher` has these attributes, `payload` and `options` the derives. All three have the same
//! parts: `parse` (tokens to the types of `model`), `check` (the rules) and `expand` (the code).
//! The files beside them are shared: `arguments` and `keys` read arguments, `tokens` places
//! generated tokens, `problems` collects mistakes, `guard` catches panics. Nothing in here depends
//! on `ipv8-core`; the generated code names its items.

mod arguments;
mod guard;
mod keys;
mod launcher;
mod options;
mod payload;
mod problems;
#[cfg(test)]
mod tests;
mod tokens;

use guard::guarded;
use launcher::Kind;
use proc_macro::TokenStream;
use proc_macro2::Span;

/// Makes a struct a launcher, so that `ipv8_core::launch_all()` starts the named community.
///
/// # Arguments
/// The community, which implements `ipv8_core::Community`, in one of two forms:
///
/// | form | meaning |
/// |---|---|
/// | `#[overlay(my_module::MyCommunity)]` | the type with this path |
/// | `#[overlay("my_module.sub", "MyCommunity")]` | the same as `my_module::sub::MyCommunity` |
///
/// In the form with two strings, dots or `::` separate the names of the module. The path is
/// relative to the launcher's module, like any other path (in Python it is absolute): it can use
/// the imports and child modules there, and it can start with `crate.`, `self.` or `super.`.
/// `"self"` alone is the launcher's module. Prefer the first form: editors and error messages
/// handle it better.
///
/// `crate = path`, after the community, is the path of `ipv8_core` if the package is renamed, or if
/// another crate re-exports it. One attribute of the struct is enough; any of them accepts it.
/// Default: `::ipv8_core`. One line at the root of the crate serves all macros of the crate, and
/// `crate = path` is then not needed:
///
/// ```ignore
/// extern crate my_ipv8 as ipv8_core;
/// ```
///
/// # The struct
/// Any struct without type parameters, in any place where items are allowed. A unit struct is its
/// own value; any other struct must implement `Default`. The struct and its other attributes stay
/// unchanged. Its lint levels, such as `#[allow(deprecated)]`, also hold for the code in the
/// launcher attributes; if there is such code, `#[expect(…)]` has the effect of `#[allow(…)]`.
///
/// A struct has one `#[overlay]`; the other attributes of a launcher need it. Write them in any
/// order, under any alias or qualified path, also inside `cfg_attr`.
///
/// # Errors
/// Each mistake in any attribute of the struct is a separate compile error at the wrong token, all
/// in one run.
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = ();
/// #         fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// # }
/// use ipv8_core::prelude::*;
///
/// #[overlay("my_module", "MyCommunity")]
/// #[walk_strategy(RandomWalk, target_peers = 20)]
/// struct MyLauncher;
///
/// assert_eq!(Launchers::new().with(MyLauncher).names(), ["MyLauncher"]);
/// ```
///
/// Source: `overlay` in py-ipv8's `loader.py`.
#[proc_macro_attribute]
pub fn overlay(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::Overlay, args, item)
}

/// Makes a struct a launcher without an overlay: nothing of it is on the network. It is ordered,
/// conditioned, prepared and finalized like every other launcher.
///
/// Use it for what overlays share, such as a database, a server or a task.
///
/// # Arguments
/// Only `session = Type` and `crate = path`, see [`macro@overlay`]. Of the other attributes it
/// takes [`macro@name`], [`macro@after`], [`macro@precondition`], [`macro@prepare`] and
/// [`macro@finalize`], whose closure has no third parameter here.
///
/// # Example
/// ```
/// # use ipv8_core::prelude::*;
/// # #[derive(Default)]
/// # struct MySession { database: Option<String> }
/// #[launcher]
/// #[prepare(async |_ipv8, session: &mut MySession| {
///     session.database = Some("opened".to_owned());
///     Ok(())
/// })]
/// #[finalize(async |ipv8, _session: &mut MySession| {
///     // It ends together with the node.
///     ipv8.spawn(async { std::future::pending::<()>().await });
///     Ok(())
/// })]
/// struct DatabaseLauncher;
/// # fn main() {}
/// ```
#[proc_macro_attribute]
pub fn launcher(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::Launcher, args, item)
}

/// Adds a discovery strategy to the launcher's overlay.
///
/// # Arguments
/// 1. The strategy, which implements `DiscoveryStrategy<C>` for the overlay's community, and
///    `Default`: a path, or two strings as in [`macro@overlay`].
/// 2. Any of these, as `key = value`:
///
/// | key | value | default |
/// |---|---|---|
/// | `target_peers` | `i32`: the strategy rests while the overlay has at least this many peers; with `-1` it never rests | `20` |
/// | `session` | the type of the session | `()` |
/// | `crate` | the path of `ipv8_core` | `::ipv8_core` |
/// | any other | the value of the strategy's public field with this name | the value in `Default` |
///
/// With `target_peers = 0` a strategy always rests. A literal below `-1` is an error here, any
/// other value below `-1` an error when the overlay is created. Write `r#target_peers = …` for a
/// field of the strategy that is called `target_peers`, `target`, `peers` or `max_peers`, or looks
/// like a typo of one. (No field can be called `crate`.) Values are any expressions. A launch
/// evaluates them, and `self` in them is the launcher: `target_peers = self.target` reads a field
/// of the annotated struct. `session` is the session, see [`macro@precondition`].
///
/// Several strategies are allowed, also of one type. They take turns **in the order written, from
/// top to bottom**. (In Python, decorators apply from the bottom up, so the lowest one comes
/// first.)
///
/// # Errors
/// rustc reports an unknown option, a value of the wrong type, and a type that is not a strategy
/// for this community, at that token.
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = ();
/// #         fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// # }
/// use ipv8_core::prelude::*;
///
/// #[overlay(my_module::MyCommunity)]
/// #[walk_strategy(RandomWalk, target_peers = 20, timeout = 3.0, window_size = 5)]
/// #[walk_strategy(EdgeWalk, target_peers = -1)]
/// struct MyLauncher;
///
/// let mut strategies = Strategies::new();
/// MyLauncher.walk_strategies(&(), &mut strategies);
/// assert!(strategies.iter().eq([("RandomWalk", 20), ("EdgeWalk", -1)]));
/// ```
///
/// Source: `walk_strategy` in py-ipv8's `loader.py`.
#[proc_macro_attribute]
pub fn walk_strategy(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::WalkStrategy, args, item)
}

/// Names the launcher. The default is the name of the struct.
///
/// # Arguments
/// One string literal that is not blank, the path of a `&'static str` constant, or a macro such as
/// `concat!`; and optionally `crate = path`, see [`macro@overlay`]. A launch reports two launchers
/// with the same name.
///
/// # Example
/// ```
/// # use ipv8_core::prelude::*;
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = ();
/// #         fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// # }
/// #[overlay(my_module::MyCommunity)]
/// #[name("My community, twice")]
/// struct SecondLauncher;
///
/// assert_eq!(SecondLauncher::META.name, "My community, twice");
/// ```
///
/// Source: `name` in py-ipv8's `loader.py`.
#[proc_macro_attribute]
pub fn name(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::Name, args, item)
}

/// Starts the launcher after other launchers.
///
/// # Arguments
/// One or more launchers, and optionally `crate = path`, see [`macro@overlay`]. A launcher is named
/// in one of two ways:
///
/// - By its path, which the compiler checks. This also links the launcher's crate. Two launchers
///   cannot name each other like this: the compiler reports a cycle.
/// - By its name, a string literal or a macro such as `concat!`. A launch checks that there is a
///   launcher of that name.
///
/// Listing a launcher twice, or the launcher itself, is an error. Several `#[after]` add up. A
/// launch refuses launchers that wait for each other.
///
/// # Example
/// ```
/// # use ipv8_core::prelude::*;
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = ();
/// #         fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// # }
/// #[overlay(my_module::MyCommunity)]
/// #[after(DiscoveryLauncher, "DhtLauncher")]
/// struct MyLauncher;
///
/// assert_eq!(MyLauncher::META.after, ["DiscoveryLauncher", "DhtLauncher"]);
/// ```
///
/// Source: `after` in py-ipv8's `loader.py`.
#[proc_macro_attribute]
pub fn after(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::After, args, item)
}

/// Adds a condition: the launcher is launched only if it is true.
///
/// # Arguments
/// 1. A closure, `|session| …`, or the path of a function. It takes a `&MySession` and returns a
///    `bool`. A closure can use `self`, the launcher.
/// 2. Optionally `session = Type` and `crate = path`, see [`macro@overlay`].
///
/// The session is the value that the program passes to `Launchers::launch_with`. Name its type once
/// for all attributes of the struct: with `session = MySession` in any of them, or in a closure,
/// `|session: &MySession|`.
///
/// Several conditions are allowed, and all must be true. A launch evaluates them once, **in the
/// order written**, up to the first one that is false. No launcher waits for one that is not
/// launched.
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = Settings;
/// #         fn new(_: Settings, _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// #     #[derive(Default)]
/// #     pub struct Settings { pub directory: String, pub size: u32 }
/// # }
/// use ipv8_core::prelude::*;
///
/// struct MySession {
///     enabled: bool,
/// }
///
/// #[overlay(my_module::MyCommunity)]
/// #[precondition(|session: &MySession| session.enabled)]
/// struct MyLauncher;
///
/// assert!(MyLauncher.should_launch(&MySession { enabled: true }));
/// ```
///
/// Source: `precondition` in py-ipv8's `loader.py`, where conditions are text.
#[proc_macro_attribute]
pub fn precondition(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::Precondition, args, item)
}

/// Adds a bootstrapper to the launcher's overlay: a way to find its first peers.
///
/// # Arguments
/// 1. The bootstrapper, which implements `Bootstrapper` and `Default`: a path, or two strings as in
///    [`macro@overlay`].
/// 2. Any of its options, as `option = value`: the value of its public field with this name. In
///    values `self` is the launcher and `session` the session. Write `r#session` for an option that
///    is called `session`.
/// 3. Optionally `session = Type` and `crate = path`, see [`macro@precondition`] and
///    [`macro@overlay`].
///
/// Several bootstrappers are allowed. They are used in the order written, after that of
/// `Config::bootstrap`.
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = Settings;
/// #         fn new(_: Settings, _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// #     #[derive(Default)]
/// #     pub struct Settings { pub directory: String, pub size: u32 }
/// # }
/// use ipv8_core::prelude::*;
///
/// #[overlay(my_module::MyCommunity)]
/// #[bootstrapper(
///     DispersyBootstrapper,
///     ip_addresses = vec!["192.0.2.7:6421".parse().unwrap()],
///     bootstrap_timeout = 60.0
/// )]
/// struct MyLauncher;
///
/// let mut bootstrappers = Bootstrappers::new();
/// MyLauncher.bootstrappers(&(), &mut bootstrappers);
/// assert!(bootstrappers.iter().eq(["DispersyBootstrapper"]));
/// ```
///
/// Source: `bootstrapper` in py-ipv8's `loader.py`.
#[proc_macro_attribute]
pub fn bootstrapper(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::Bootstrapper, args, item)
}

/// Sets settings of the community.
///
/// # Arguments
/// One or more `setting = value`: the value of the public field with this name in the community's
/// `Settings`. The other fields keep their `Default`. In values `session` is the session, a
/// `&MySession`, and `self` the launcher. Write `r#session` for a setting that is called `session`.
///
/// Optionally `session = Type` and `crate = path`, see [`macro@precondition`] and
/// [`macro@overlay`].
///
/// Several attributes are allowed; **the later one overrides** a setting of an earlier one. (In
/// Python, decorators apply from the bottom up, so the upper one overrides.)
///
/// # Errors
/// rustc reports an unknown setting and a value of the wrong type, at that token.
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = Settings;
/// #         fn new(_: Settings, _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// #     #[derive(Default)]
/// #     pub struct Settings { pub directory: String, pub size: u32 }
/// # }
/// use ipv8_core::prelude::*;
///
/// struct MySession {
///     directory: String,
/// }
///
/// #[overlay(my_module::MyCommunity)]
/// #[kwargs(directory = session.directory.clone(), size = 3, session = MySession)]
/// struct MyLauncher;
///
/// let settings = MyLauncher.settings(&MySession { directory: "here".into() });
/// assert_eq!((settings.directory.as_str(), settings.size), ("here", 3));
/// ```
///
/// Source: `kwargs` in py-ipv8's `loader.py`, where values are text.
#[proc_macro_attribute]
pub fn kwargs(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::Kwargs, args, item)
}

/// Stores a handle of the overlay in the session.
///
/// # Arguments
/// 1. A field of the session, of type `Option<OverlayHandle<MyCommunity>>`. It can be nested:
///    `overlays.mine`, or `pair.0.1` in tuples.
/// 2. Optionally `session = Type` and `crate = path`, see [`macro@precondition`] and
///    [`macro@overlay`].
///
/// The field is set after the overlay was created. Several attributes, and [`macro@finalize`], run
/// in the order written.
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = Settings;
/// #         fn new(_: Settings, _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// #     #[derive(Default)]
/// #     pub struct Settings { pub directory: String, pub size: u32 }
/// # }
/// # use my_module::MyCommunity;
/// use ipv8_core::prelude::*;
///
/// #[derive(Default)]
/// struct MySession {
///     my_community: Option<OverlayHandle<MyCommunity>>,
/// }
///
/// #[overlay(MyCommunity)]
/// #[set_in_session(my_community, session = MySession)]
/// struct MyLauncher;
///
/// assert_eq!(Launchers::new().with(MyLauncher).names(), ["MyLauncher"]);
/// ```
///
/// Source: `set_in_session` in py-ipv8's `loader.py`.
#[proc_macro_attribute]
pub fn set_in_session(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::SetInSession, args, item)
}

/// Runs code before the overlay is created.
///
/// # Arguments
/// 1. `async |ipv8, session| { … }`, a closure that does not await, or the path of an async
///    function. It takes a `&Ipv8` and a `&mut MySession` and returns a `Result<(), LaunchError>`.
///    A function can return any error that converts to a `LaunchError`. A closure can use `self`,
///    the launcher.
/// 2. Optionally `session = Type` and `crate = path`, see [`macro@precondition`] and
///    [`macro@overlay`].
///
/// Several attributes run in the order written. The node is on hold: it has the overlays of the
/// launchers before this one, and it neither sends nor receives. An error or a panic ends the
/// launch and undoes all of it.
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = Settings;
/// #         fn new(_: Settings, _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// #     #[derive(Default)]
/// #     pub struct Settings { pub directory: String, pub size: u32 }
/// # }
/// use ipv8_core::prelude::*;
///
/// struct MySession {
///     directory: std::path::PathBuf,
/// }
///
/// #[overlay(my_module::MyCommunity)]
/// #[prepare(|_ipv8, session: &mut MySession| Ok(std::fs::create_dir_all(&session.directory)?))]
/// struct MyLauncher;
///
/// assert_eq!(Launchers::new().with(MyLauncher).names(), ["MyLauncher"]);
/// ```
///
/// Source: `CommunityLauncher.prepare` of py-ipv8, which has no decorator for it.
#[proc_macro_attribute]
pub fn prepare(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::Prepare, args, item)
}

/// Gives the overlay its own peer, that is its own key. The default is the node's.
///
/// # Arguments
/// 1. A closure, `|session| …`, or the path of a function. It takes a `&MySession` and returns a
///    `PrivateKey` or an `Option<PrivateKey>`. A closure can use `self`, the launcher.
/// 2. Optionally `session = Type` and `crate = path`, see [`macro@precondition`] and
///    [`macro@overlay`].
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = Settings;
/// #         fn new(_: Settings, _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// #     #[derive(Default)]
/// #     pub struct Settings { pub directory: String, pub size: u32 }
/// # }
/// use ipv8_core::crypto::PrivateKey;
/// use ipv8_core::prelude::*;
///
/// struct MySession {
///     key: PrivateKey,
/// }
///
/// #[overlay(my_module::MyCommunity)]
/// #[my_peer(|session: &MySession| session.key.clone())]
/// struct MyLauncher;
///
/// assert_eq!(Launchers::new().with(MyLauncher).names(), ["MyLauncher"]);
/// ```
///
/// Source: `CommunityLauncher.get_my_peer` of py-ipv8, which has no decorator for it and creates a
/// new key unless overridden.
#[proc_macro_attribute]
pub fn my_peer(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::MyPeer, args, item)
}

/// Runs code after the overlay was created.
///
/// # Arguments
/// 1. `async |ipv8, session, overlay| { … }`, a closure that does not await, or the path of an
///    async function. It takes a `&Ipv8`, a `&mut MySession` and an `&OverlayHandle<MyCommunity>`
///    and returns a `Result<(), LaunchError>`. A function can return any error that converts to a
///    `LaunchError`. A closure can use `self`, the launcher.
/// 2. Optionally `session = Type` and `crate = path`, see [`macro@precondition`] and
///    [`macro@overlay`].
///
/// Several attributes, and [`macro@set_in_session`], run in the order written. The node is on hold:
/// the overlay can be called, and its messages wait until all launchers are done. An error or a
/// panic ends the launch and undoes all of it.
///
/// # Example
/// ```
/// # mod my_module {
/// #     use ipv8_core::prelude::*;
/// #     pub struct MyCommunity;
/// #     impl Community for MyCommunity {
/// #         const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #         type Settings = Settings;
/// #         fn new(_: Settings, _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// #     }
/// #     #[derive(Default)]
/// #     pub struct Settings { pub directory: String, pub size: u32 }
/// # }
/// use ipv8_core::prelude::*;
///
/// #[overlay(my_module::MyCommunity)]
/// #[finalize(async |_ipv8, _session, overlay| {
///     let peers = overlay.peers().await?;
///     println!("{} peers at the start", peers.len());
///     Ok(())
/// })]
/// struct MyLauncher;
///
/// assert_eq!(Launchers::new().with(MyLauncher).names(), ["MyLauncher"]);
/// ```
///
/// Source: `CommunityLauncher.finalize` of py-ipv8, which has no decorator for it.
#[proc_macro_attribute]
pub fn finalize(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::Finalize, args, item)
}

/// Runs after all launcher attributes, with their arguments. Do not write it by hand.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn finish_launcher(args: TokenStream, item: TokenStream) -> TokenStream {
    let kept = item.clone();
    guarded(|| launcher::finish(args.into(), item.into()), kept.into()).into()
}

/// Implements `ipv8_core::Payload` for a struct: the bytes of its fields, in the order written.
/// With an id it implements `Message` too.
///
/// Works for structs with named fields, tuple structs and unit structs, but not for enums, unions
/// and structs with lifetimes. A field whose type has a type parameter needs a format, and the
/// `impl` says so in its bounds; a message with type parameters is `Send` and `'static`.
///
/// # On the struct: `#[payload(…)]`
/// | argument | meaning | default |
/// |---|---|---|
/// | `id = 1` | the message id, 0 to 230; the struct is a message, not only a part of one | not a message |
/// | `unsigned` | without the sender's key and signature | signed |
/// | `global_time` | with py-ipv8's 64-bit global time before the fields | without |
/// | `response = Answer` | the message is a `Request`, and its response is `Answer`, a message with an identifier of the same type | not a request |
/// | `reserved_id` | the id is one of 231 to 255, see below | 0 to 230 |
/// | `crate = path` | the path of `ipv8_core` | `::ipv8_core` |
///
/// The id is a literal or any constant expression of type `u8`. The ids 231 to 255 belong to the
/// messages that every community has, and are compile errors without `reserved_id`. Some overlays
/// that exist use them all the same. A community with such a message reads every message of that id
/// as its own: with 231 it gets no puncture of the new style, with 232 no request for one, and with
/// 233, 234, 245 or 246 it neither introduces peers nor is introduced. The others of these ids are
/// not in use any more.
///
/// # On a field: `#[payload(…)]`
/// | argument | meaning | default |
/// |---|---|---|
/// | `format = "varlenI"` | one of the 42 formats of the protocol (see `ipv8_core::wire::Format`) that can carry the field's type | the format of the type (see `ipv8_core::wire::Field`) |
/// | `format = Seconds` | a format of your own: a type that implements `ipv8_core::wire::Format` | |
/// | `with = module` | the functions `pack(&T, &mut Writer)` and `unpack(&mut Reader<'_>)` of a module, with the results of `ipv8_core::wire::Format` | |
/// | `flatten` | the fields of another payload, without its size | nested, with its size |
/// | `optional` | the field is an `Option` and absent if the message ends before it; only optional fields can follow | always there |
/// | `identifier` | the number by which a response finds its request: one field of type `u16`, `u32` or `u64` | |
///
/// A field that takes everything up to the end of the message, such as `raw`, must be the last one.
/// A message with `response` must have an `identifier`, and so must its response.
///
/// # Errors
/// An unknown argument or format is an error that suggests the nearest known one. A field whose
/// type has no format is an error at that type.
///
/// # Example
/// ```
/// use ipv8_core::prelude::*;
///
/// #[derive(Payload)]
/// #[payload(id = 1)]
/// pub struct Hello {
///     pub text: String,
///     #[payload(format = "varlenI")]
///     pub picture: Vec<u8>,
/// }
///
/// assert_eq!(Hello::ID, 1);
/// ```
///
/// Source: `Payload`, `VariablePayload` and `@dataclass(msg_id=1)` of py-ipv8; sections 2 and 3 of
/// `ipv8_core::guide::protocol`.
#[proc_macro_derive(Payload, attributes(payload))]
pub fn payload(item: TokenStream) -> TokenStream {
    guarded(|| payload::derive(item.into()), TokenStream::new().into()).into()
}

/// Implements `ipv8_core::Options` for a struct: its public fields can be read and set by name.
///
/// A configuration file, an environment variable or a command line can then name the options of a
/// strategy or the settings of a community. Private fields (also `pub(crate)` ones) are state and
/// never change. A struct without fields has no options. Does not work for enums, unions, and tuple
/// structs with public fields.
///
/// # On the struct: `#[options(…)]`
/// | argument | meaning | default |
/// |---|---|---|
/// | `crate = path` | the path of `ipv8_core` | `::ipv8_core` |
///
/// # On a field: `#[options(…)]`
/// | argument | meaning | default |
/// |---|---|---|
/// | `range = 0.0..` | refuses numbers outside of this range, which can be any [`RangeBounds`](std::ops::RangeBounds) of the field's type; for an `Option`, of the type inside | every number of the type |
/// | `skip` | the public field is not an option | an option |
///
/// An option can have any type that serde can read and write: numbers, `bool`, `String`, `Option`,
/// `Vec`, tuples, and your own types that derive `serde::Deserialize` and `serde::Serialize`.
///
/// # Errors
/// An unknown argument is an error that suggests the nearest known one. A field whose type serde
/// cannot read is an error at that type.
///
/// # Example
/// ```
/// use ipv8_core::Options;
///
/// #[derive(Default, Options)]
/// pub struct MyDiscoveryStrategy {
///     /// Seconds between two requests. Default 0.
///     #[options(range = 0.0..=3600.0)]
///     pub pause: f64,
///     asked: u64,
/// }
///
/// let mut strategy = MyDiscoveryStrategy::default();
/// strategy.set_option("pause", &2.5.into()).unwrap();
/// assert_eq!(strategy.pause, 2.5);
/// let error = strategy.set_option("pauze", &2.5.into()).unwrap_err();
/// assert_eq!(error.to_string(), "unknown option \"pauze\": did you mean \"pause\"?");
/// # assert_eq!(strategy.asked, 0);
/// ```
///
/// Source: `init` of a walker and `initialize` of an overlay in py-ipv8's configuration (protocol
/// 9).
#[proc_macro_derive(Options, attributes(options))]
pub fn options(item: TokenStream) -> TokenStream {
    guarded(|| options::derive(item.into()), TokenStream::new().into()).into()
}

fn relay(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let kept = item.clone();
    guarded(
        || launcher::relay(kind, Span::call_site(), args.into(), item.into()),
        kept.into(),
    )
    .into()
}
