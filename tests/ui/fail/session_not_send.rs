use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[kwargs(size = session.len() as u32, session = std::rc::Rc<str>)]
struct MyLauncher;

fn main() {}
