//! Our judgement on packets, in the same terms as py-ipv8's (`tests/python/judge.py`), and the
//! maker of packets for both to judge.

mod damage;
mod differences;
mod maker;
mod reach;
mod rust_judge;

pub use differences::{
    DIFFERENCES, Difference, Facts, History, OWN_KEY, applying, disagreement, expected,
};
pub use maker::{Made, Maker};
pub use rust_judge::RustJudge;
