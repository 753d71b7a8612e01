//! `#[launcher]` takes no community.
#[path = "../my_module.rs"]
mod my_module;

use ipv8_core::prelude::*;

#[launcher(my_module::MyCommunity)]
struct Named;

#[launcher(sesion = ())]
struct Misspelt;

fn main() {}
