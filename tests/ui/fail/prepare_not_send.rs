use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[prepare(async |_ipv8, _session| { let kept = std::rc::Rc::new(3); std::future::ready(()).await; drop(kept); Ok(()) })]
struct MyLauncher;

fn main() {}
