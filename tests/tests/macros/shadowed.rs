//! The macros in a module where every name of the prelude has another meaning.
#![no_implicit_prelude]
#![allow(dead_code, unused_macros, non_camel_case_types)]

use ::ipv8_core::prelude::{
    Community, CommunityError, CommunityId, Context, DispersyBootstrapper, OverlayHandle, Payload,
    RandomWalk, bootstrapper, finalize, kwargs, my_peer, name, overlay, precondition, prepare,
    set_in_session, walk_strategy,
};

struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Err;
struct Vec;
struct Box;
struct String;
struct Default;
struct Iterator;
struct Send;
struct Sized;
struct Drop;
struct Fn;
struct FnOnce;
struct From;
struct Into;
struct str;
struct u8;
struct bool;
struct i32;

mod core {}
mod std {}
mod ipv8_core {}
mod strategies {}

macro_rules! register {
    ($($any:tt)*) => {
        ::core::compile_error!("not this one");
    };
}
macro_rules! launcher_meta {
    ($($any:tt)*) => {
        ::core::compile_error!("not this one")
    };
}

struct Quiet;

impl Community for Quiet {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([5; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> ::core::result::Result<Self, CommunityError> {
        ::core::result::Result::Ok(Self)
    }
}

#[overlay(Quiet)]
#[walk_strategy(RandomWalk, target_peers = 5, timeout = { let strategy = 4.0; let strategies = 2.0; strategy * strategies })]
#[name("Shadowed")]
struct ShadowedLauncher;

#[overlay("self", "Quiet")]
#[derive(::core::default::Default)]
struct SecondLauncher {
    size: ::core::primitive::usize,
}

struct Ipv8;
struct LaunchError;
struct Future;
struct Clone;
struct PrivateKey;
struct Bootstrappers;
struct Session {
    settings: f64,
    done: ::core::option::Option<OverlayHandle<Set>>,
}

#[derive(::core::default::Default)]
struct Settings {
    settings: f64,
}

struct Set;

impl Community for Set {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([6; 20]);
    type Settings = Settings;

    fn new(_: Settings, _cx: &mut Context<'_>) -> ::core::result::Result<Self, CommunityError> {
        ::core::result::Result::Ok(Self)
    }
}

#[overlay(Set)]
#[kwargs(settings = { let settings = 2.0; settings * session.settings })]
#[precondition(|session: &Session| session.settings > 3.0)]
#[bootstrapper(DispersyBootstrapper, bootstrap_timeout = { let bootstrapper = 2.0; let bootstrappers = 3.0; bootstrapper * bootstrappers })]
#[prepare(async |_, session| { session.settings = 5.0; ::core::result::Result::Ok(()) })]
#[prepare(|_, _| ::core::result::Result::Ok(()))]
#[my_peer(|_| ::core::option::Option::None)]
#[set_in_session(done)]
#[finalize(async |_, _, _| ::core::result::Result::Ok(()))]
struct ThirdLauncher;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    writer: ::std::string::String,
    #[payload(format = "varlenI")]
    reader: ::std::vec::Vec<::core::primitive::u8>,
}

#[derive(Payload)]
struct Pair(::core::primitive::u16, ::core::primitive::bool);

#[test]
fn it_compiles_and_is_found() {
    let names = crate::registered(|meta| meta.module == ::core::module_path!());
    ::core::assert_eq!(names, ["Shadowed", "SecondLauncher", "ThirdLauncher"]);
}
