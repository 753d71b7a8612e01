//! Our judgement on packets, in the terms of py-ipv8's (`tests/python/judge.py`), and packets to be judged by both.

mod damage;
mod differences;
mod maker;
mod rust_judge;

pub use differences::{DIFFERENCES, Difference, Facts, OWN_KEY, applying, disagreement, expected};
pub use maker::{Made, Maker};
pub use rust_judge::RustJudge;
