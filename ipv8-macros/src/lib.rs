//! The attribute and derive macros of `ipv8-core`, which re-exports them: depend on that crate, not on this one.
//!
//! An attribute macro sees only what stands below it. So each launcher attribute ([`macro@overlay`],
//! [`macro@walk_strategy`], [`macro@name`] and so on) moves its arguments into one more attribute, the
//! *finaliser*, and keeps it last in the list. It runs when all others have, sees what they said in the order written,
//! and puts out the struct, one `impl CommunityLauncher` and one registration.
//!
//! In reading order: `relay` (the moving), `parse`, `string_path` and `item` (tokens to the types of `model`), `check` and `hooks` (the rules of
//! a stack), `expand` (the code), `fallback` (what stands in for it when there are mistakes), `problems` (the
//! mistakes themselves); `payload` and `options` have the derives in the same parts, and `keys` reads their attributes.

mod keys;
mod launcher;
mod options;
mod payload;
mod problems;
#[cfg(test)]
mod tests;

use launcher::model::Kind;
use launcher::{expand, fallback, relay};
use proc_macro::TokenStream;
use proc_macro2::Span;

/// Makes a struct a launcher: `ipv8_core::launch_all()` starts the named community.
///
/// # Arguments
/// The community, which implements `ipv8_core::Community`, in one of two forms:
///
/// | form | means |
/// |---|---|
/// | `#[overlay(my_module::MyCommunity)]` | the type of that path |
/// | `#[overlay("my_module.sub", "MyCommunity")]` | the same as `my_module::sub::MyCommunity` |
///
/// In the form with two strings the module's names are separated by dots or by `::`. As any path it is found from the place where
/// the launcher stands (Python's is absolute): the `use`s and child modules there count, and it can start with `crate.`,
/// `self.` or `super.`. `"self"` alone is the module that the launcher stands in. Prefer the path: editors and error
/// messages know it better.
///
/// `crate = path`, behind the community: where `ipv8_core` is found if the package is renamed. One attribute of the
/// struct is enough; any of them takes it. Default: `::ipv8_core`.
///
/// # The struct
/// Any struct without type parameters, wherever an item may stand. A unit struct is its own value; any other must
/// implement `Default`. It is left as it is, with its other attributes. A struct has one `#[overlay]`; the other
/// attributes of a launcher need it. All may be written in any order, under any alias or
/// qualified path, and inside `cfg_attr`.
///
/// # Errors
/// Every mistake in all attributes of the struct is a compile error of its own, at the token at fault, in the same run.
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

/// Gives the launcher's overlay a strategy that discovers peers.
///
/// # Arguments
/// 1. The strategy, which implements `DiscoveryStrategy<C>` for the overlay's community and `Default`: a path, or two
///    strings as in [`macro@overlay`].
/// 2. Any of these, as `key = value`:
///
/// | key | value | default |
/// |---|---|---|
/// | `target_peers` | `i32`: the strategy rests while the overlay has this many peers or more; `-1`: it never rests | `20` |
/// | `crate` | where `ipv8_core` is found | `::ipv8_core` |
/// | any other | assigned to the strategy's public field of that name, of that field's type | what `Default` says |
///
/// `target_peers = 0` is a strategy that rests always. Below `-1` a literal is refused here, any other value when the overlay is made. A field that is itself called
/// `target_peers`, or so nearly that it looks like a slip of the pen, is written `r#target_peers = …`. (No field can
/// be called `crate`.) Values are any expressions; they are evaluated each time the launcher is started, and `self` in them
/// is the launcher: `target_peers = self.target` reads a field of the annotated struct.
///
/// Several are allowed, also of one type. They take their turns **in the order written, from top to bottom**. (In
/// Python decorators apply from the bottom up, so there the lowest comes first.)
///
/// # Errors
/// An unknown option, a value of the wrong type and a type that cannot walk this community are errors of rustc, at that token.
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
/// MyLauncher.walk_strategies(&mut strategies);
/// assert!(strategies.iter().eq([("RandomWalk", 20), ("EdgeWalk", -1)]));
/// ```
///
/// Source: `walk_strategy` in py-ipv8's `loader.py`.
#[proc_macro_attribute]
pub fn walk_strategy(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::WalkStrategy, args, item)
}

/// Names the launcher. Without it the launcher is called as its struct.
///
/// # Arguments
/// One string literal that is not blank; then perhaps `crate = path`, see [`macro@overlay`]. Two launchers of one name are an
/// error when they are started.
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

/// Starts the launcher after others.
///
/// # Arguments
/// The names of those launchers, one or more string literals; then perhaps `crate = path`, see [`macro@overlay`]. A name
/// listed twice and the launcher's own are refused. Several `#[after]` add up. That each name belongs to a launcher, and
/// that they form no circle, is checked when they are started.
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
/// #[after("DiscoveryLauncher", "DhtLauncher")]
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

/// Launches only under a condition.
///
/// # Arguments
/// 1. A closure, `|session| …`, or the path of a function: `&MySession` in, `bool` out. A closure can use `self`, the launcher.
/// 2. Perhaps `session = Type` and `crate = path`, see [`macro@overlay`].
///
/// The session is what the program gives to `Launchers::launch_with`. Its type is named once for all attributes of the struct: by
/// `session = MySession` in any of them, or by the closure, `|session: &MySession|`.
///
/// Several are allowed: all must hold. They are asked **in the order written**, up to the first that does not hold, once a launch. Nobody
/// waits for a launcher that is not launched.
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

/// Gives the launcher's overlay a way to meet its first peers.
///
/// # Arguments
/// 1. The bootstrapper, which implements `Bootstrapper` and `Default`: a path, or two strings as in [`macro@overlay`].
/// 2. Any of its options, as `option = value`: assigned to its public field of that name. In values `self` is the launcher and `session`
///    the session. An option that is itself called `session` is written `r#session`.
/// 3. Perhaps `session = Type` and `crate = path`, see [`macro@precondition`] and [`macro@overlay`].
///
/// Several are allowed. They are asked in the order written, after that of `Config::bootstrap`.
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
/// #[bootstrapper(DispersyBootstrapper, ip_addresses = vec!["192.0.2.7:6421".parse().unwrap()], bootstrap_timeout = 60.0)]
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

/// Sets what the community is made with.
///
/// # Arguments
/// `setting = value`, one or more: each value is assigned to the public field of that name of the community's `Settings`, which otherwise
/// are what `Default` says. In values `session` is the session, `&MySession`, and `self` the launcher. Then perhaps
/// `session = Type` and `crate = path`, see [`macro@precondition`] and [`macro@overlay`]; a setting that is itself called
/// `session` is written `r#session`.
///
/// Several attributes are allowed; **the later one overrides** a setting of an earlier one. (In Python decorators apply from the bottom
/// up, so there the upper one overrides.)
///
/// # Errors
/// An unknown setting and a value of the wrong type are errors of rustc, at that token.
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

/// Leaves a handle of the overlay in the session.
///
/// # Arguments
/// 1. A field of the session, of type `Option<OverlayHandle<MyCommunity>>`, or the way to it: `overlays.mine`.
/// 2. Perhaps `session = Type` and `crate = path`, see [`macro@precondition`] and [`macro@overlay`].
///
/// It is set when the overlay has been made. With several, and with [`macro@finalize`], the order is the order written.
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

/// Does something before the overlay is made.
///
/// # Arguments
/// 1. `async |ipv8, session| { … }`, a closure that does not wait, or the path of an async function: `&Ipv8` and `&mut MySession` in,
///    `Result<(), LaunchError>` out. A function's error can be any that `LaunchError` can be made from. A closure can use `self`, the launcher.
/// 2. Perhaps `session = Type` and `crate = path`, see [`macro@precondition`] and [`macro@overlay`].
///
/// Several are run in the order written. The node is on hold: it has the overlays of the launchers before this one, and nothing is on the
/// air. An error, as a panic, ends the whole launch and undoes it.
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

/// Gives the overlay a peer, which is a key, of its own; otherwise it is the node's.
///
/// # Arguments
/// 1. A closure, `|session| …`, or the path of a function: `&MySession` in, a `PrivateKey` or an `Option` of one out. A closure can
///    use `self`, the launcher.
/// 2. Perhaps `session = Type` and `crate = path`, see [`macro@precondition`] and [`macro@overlay`].
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
/// Source: `CommunityLauncher.get_my_peer` of py-ipv8, which has no decorator for it and makes a new key unless overridden.
#[proc_macro_attribute]
pub fn my_peer(args: TokenStream, item: TokenStream) -> TokenStream {
    relay(Kind::MyPeer, args, item)
}

/// Does something with the overlay when it has been made.
///
/// # Arguments
/// 1. `async |ipv8, session, overlay| { … }`, a closure that does not wait, or the path of an async function: `&Ipv8`, `&mut MySession` and
///    `&OverlayHandle<MyCommunity>` in, `Result<(), LaunchError>` out. A function's error can be any that `LaunchError` can be made from. A closure
///    can use `self`, the launcher.
/// 2. Perhaps `session = Type` and `crate = path`, see [`macro@precondition`] and [`macro@overlay`].
///
/// Several, and [`macro@set_in_session`], are run in the order written. The node is on hold: the overlay can be called, and what it sends
/// waits until all launchers are done. An error, as a panic, ends the whole launch and undoes it.
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
///     println!("{} peers to begin with", peers.len());
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

/// Runs last, on what the launcher attributes hand over. Not to be written by hand.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn finish_launcher(args: TokenStream, item: TokenStream) -> TokenStream {
    let kept = item.clone();
    fallback::guarded(|| expand::finalise(args.into(), item.into()), kept.into()).into()
}

/// Implements `ipv8_core::Payload` for a struct: its fields one after another, in the order written. With an id it is a
/// `Message` too.
///
/// Structs with names, tuple structs and unit structs are payloads; enums, unions and structs with parameters are refused.
///
/// # On the struct: `#[payload(…)]`
/// | argument | means | default |
/// |---|---|---|
/// | `id = 1` | the message id, 0 to 230: the struct is a message, not only a part of one | no message |
/// | `unsigned` | without the sender's key and signature | signed |
/// | `global_time` | with py-ipv8's 64-bit global time before the fields | without |
/// | `response = Answer` | the message is a `Request`, and `Answer` (a message with an identifier of the same type) answers it | no request |
/// | `crate = path` | where `ipv8_core` is found | `::ipv8_core` |
///
/// The id is a literal or any constant expression of type `u8`. 231 to 255 are the messages that every community has
/// and are refused at compile time.
///
/// # On a field: `#[payload(format = "…")]`
/// Without it the format follows from the field's type (`String` is `varlenHutf8`: see `ipv8_core::wire::Field`). With it, it is
/// one of the 42 formats of the protocol (see `ipv8_core::wire::formats`), and the field's type must be one that this
/// format can carry. `raw` must be the last field.
///
/// `#[payload(identifier)]`, on one field of type `u16`, `u32` or `u64`, marks the number by which a response finds its request. A
/// message with `response` must have one, and so must its response.
///
/// # Errors
/// Unknown arguments and formats are refused with the nearest known one. A field whose type has no format is an error at that type.
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
/// Source: `Payload`, `VariablePayload` and `@dataclass(msg_id=1)` of py-ipv8; sections 2 and 3 of `ipv8_core::guide::protocol`.
#[proc_macro_derive(Payload, attributes(payload))]
pub fn payload(item: TokenStream) -> TokenStream {
    fallback::guarded(|| payload::derive(item.into()), TokenStream::new().into()).into()
}

/// Implements `ipv8_core::Options` for a struct: its public fields can be read and set by their names.
///
/// That is what lets a configuration file, a variable or a command line name the options of a strategy or the settings of a
/// community. Private fields (also those that are `pub(crate)`) are state and are never touched. A struct without fields has no options.
/// Enums, unions, and tuple structs with public fields are refused.
///
/// # On the struct: `#[options(…)]`
/// | argument | means | default |
/// |---|---|---|
/// | `crate = path` | where `ipv8_core` is found | `::ipv8_core` |
///
/// # On a field: `#[options(…)]`
/// | argument | means | default |
/// |---|---|---|
/// | `range = 0.0..` | refuses numbers outside of this range, which can be any [`RangeBounds`](std::ops::RangeBounds) of the field's type; for an `Option`, of the type inside | every number of the type |
/// | `skip` | a public field that is no option | an option |
///
/// The type of an option is any that serde can read and write: numbers, `bool`, `String`, `Option`, `Vec`, tuples, and types of your own
/// that derive `serde::Deserialize` and `serde::Serialize`.
///
/// # Errors
/// Unknown arguments are refused with the nearest known one. A field whose type serde cannot read is an error at that type.
///
/// # Example
/// ```
/// use ipv8_core::support::options::Options;
///
/// #[derive(Default, ipv8_core::Options)]
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
/// Source: `init` of a walker and `initialize` of an overlay in py-ipv8's configuration (protocol 9).
#[proc_macro_derive(Options, attributes(options))]
pub fn options(item: TokenStream) -> TokenStream {
    fallback::guarded(|| options::derive(item.into()), TokenStream::new().into()).into()
}

fn relay(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let kept = item.clone();
    fallback::guarded(
        || relay::relay(kind, Span::call_site(), args.into(), item.into()),
        kept.into(),
    )
    .into()
}
