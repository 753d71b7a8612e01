//! The prelude beside other names that are common words.

use ipv8_core::CommunityLauncher;
use ipv8_core::prelude::*;
use others::*;

/// Names that another crate's prelude may have.
mod others {
    #[derive(Debug, PartialEq)]
    pub(super) struct Task(pub(super) u8);

    pub(super) fn name() -> &'static str {
        "a function"
    }

    pub(super) fn after(name: &str) -> usize {
        name.len()
    }
}

// Two globs have this name, so one is imported by name.
use others::Task;

/// A type of the module's own, although the prelude has a trait of this name.
#[derive(Debug, PartialEq)]
enum Message {
    Started,
}

struct Quiet;

impl Community for Quiet {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([9; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

#[overlay(Quiet)]
#[name("Common words")]
#[ipv8_core::after("StrictLauncher")]
#[walk_strategy(RandomWalk, target_peers = { let name = after(name()); name as i32 })]
struct WordsLauncher;

#[test]
fn common_words_keep_the_meaning_that_the_module_gives_them() {
    assert_eq!(
        <WordsLauncher as CommunityLauncher>::META.name,
        "Common words"
    );
    assert_eq!(
        super::forms::walks(&WordsLauncher),
        [("RandomWalk".to_owned(), 10)]
    );
    assert_eq!((Message::Started, Task(1)), (Message::Started, Task(1)));
}
