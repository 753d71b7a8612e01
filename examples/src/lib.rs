//! The shared code of the example programs.
//!
//! No example depends on another; shared code is here. Start with [`arguments`] and [`report`]; the
//! measuring programs have a library of their own, [`measure`].

pub mod arguments;
pub mod logging;
#[path = "../measure/shared/mod.rs"]
pub mod measure;
pub mod output;
pub mod report;
pub mod signals;
pub mod strategy;
