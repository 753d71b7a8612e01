//! The macros where every name of the prelude means something else.
#![no_implicit_prelude]
#![allow(dead_code, unused_macros, non_camel_case_types)]

use ::ipv8_core::prelude::{
    Community, CommunityError, CommunityId, Context, Payload, RandomWalk, name, overlay,
    walk_strategy,
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
    ::core::assert_eq!(::ipv8_core::launchers().len(), 2);
}
