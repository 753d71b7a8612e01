//! Launchers of a `macro_rules!` recipe, conditions of a trait, and fields of tuples.

use ipv8_core::prelude::*;
use std::error::Error;
use std::net::SocketAddr;

#[path = "../../../ui/my_session.rs"]
mod my_session;
use my_session::{Configured, Session};

trait Enabled {
    fn enabled(session: &Session) -> bool;
}

impl Enabled for Session {
    fn enabled(session: &Session) -> bool {
        session.enabled
    }
}

#[overlay(Configured)]
#[precondition(<Session as Enabled>::enabled, session = Session)]
struct ByTrait;

#[test]
fn a_condition_can_be_the_function_of_a_trait() {
    for enabled in [false, true] {
        let session = Session {
            enabled,
            ..Session::default()
        };
        assert_eq!(ByTrait.should_launch(&session), enabled);
    }
}

type Pair = (u8, Option<OverlayHandle<Configured>>);

#[derive(Default)]
struct Pairs(((), Pair), Inner);

#[derive(Default)]
struct Inner {
    pair: ((), Pair),
}

#[overlay(Configured)]
#[set_in_session(0.1.1, session = Pairs)]
#[set_in_session(1.pair.1.1)]
struct InTuples;

#[tokio::test]
async fn a_field_of_a_tuple_in_a_tuple_is_set() -> Result<(), Box<dyn Error>> {
    let mut pairs = Pairs::default();
    let config = Config::new().interfaces([SocketAddr::from(([127, 0, 0, 1], 0))]);
    let node = Launchers::new()
        .with(InTuples)
        .config(config)
        .launch_with(&mut pairs)
        .await?;
    assert!(pairs.0.1.1.is_some() && pairs.1.pair.1.1.is_some());
    node.stop().await;
    Ok(())
}

macro_rules! recipe {
    ($name:ident) => {
        #[overlay(Configured)]
        #[walk_strategy(RandomWalk, target_peers = self.target)]
        #[kwargs(size = self.size)]
        struct $name {
            target: i32,
            size: u32,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { target: 7, size: 9 }
            }
        }
    };
}

recipe!(FromRecipe);

#[test]
fn self_works_in_a_recipe_that_gets_the_name_of_the_struct() {
    let launcher = FromRecipe::default();
    let mut strategies = Strategies::new();
    launcher.walk_strategies(&(), &mut strategies);
    assert!(strategies.iter().eq([("RandomWalk", 7)]));
    assert_eq!(launcher.settings(&()).size, 9);
}
