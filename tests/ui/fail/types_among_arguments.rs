use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;
use my_module::MyCommunity;

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, EdgeWalk)]
struct TwoStrategies;

#[overlay(MyCommunity)]
#[walk_strategy([RandomWalk, EdgeWalk])]
struct List;

#[overlay([MyCommunity])]
struct ListOfCommunities;

#[overlay(MyCommunity, RandomWalk)]
struct StrategyOfOverlay;

#[overlay(MyCommunity::new)]
struct Constructor;

#[overlay(MyCommunity)]
#[kwargs(Settings { size: 3 })]
struct Built;

fn main() {}
