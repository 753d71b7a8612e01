//! py-ipv8's tasks tutorial, part 6: testing a community that starts tasks.
//!
//! `cargo test --example tasks_tutorial_6`

// The program only prints a hint; the rest is for the tests.
#![cfg_attr(not(test), allow(dead_code, unused_imports))]

use std::time::Duration;

use ipv8_core::prelude::*;
use ipv8_core::testing::TestBase;

struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"tasks tutorial 00006");
    type Settings = ();

    fn new(_settings: (), cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        cx.after("error out :-(", Duration::ZERO, Self::error)?;
        Ok(Self)
    }
}

impl MyCommunity {
    fn error(&mut self, _cx: &mut Context<'_>) {
        panic!("error out :-(");
    }
}

fn main() {
    println!("cargo test --example tasks_tutorial_6");
}

#[test]
fn test_something() {
    let mut test = TestBase::<MyCommunity>::new(1);
    // No time has passed, so no task has run, and none will run now.
    test.call(0, |_, cx| cx.cancel_all_tasks());
    test.advance(Duration::from_secs(1));
}

/// Without the cancellation, the test fails and names the task.
#[test]
#[should_panic(expected = "node 0: task error out :-( panicked")]
fn test_that_it_matters() {
    let mut test = TestBase::<MyCommunity>::new(1);
    test.deliver_messages();
}
