//! Communities and strategies named by paths and by strings; attributes named by aliases and by
//! qualified paths.

use super::my_module::{self, MyCommunity};
use super::{expected, walks};
use ipv8_core::prelude::*;
use ipv8_core::{CommunityLauncher, walk_strategy as strat};
use std::any::TypeId;

mod inner {
    pub mod deep {
        pub use super::super::my_module::{MyCommunity, MyStrategy};
    }

    #[super::overlay("super.super.my_module", "MyCommunity")]
    pub struct Climbing;

    #[ipv8_core::overlay("crate::forms::my_module.sub", "MyCommunity")]
    pub struct FromTheRoot;
}

#[overlay(my_module::MyCommunity)]
struct ByPath;

#[overlay("my_module", "MyCommunity")]
struct ByStrings;

#[overlay("my_module.sub", "MyCommunity")]
struct ByDots;

#[overlay("inner::deep", "MyCommunity")]
struct ByColons;

#[overlay("self.inner.deep", "MyCommunity")]
struct BySelf;

#[overlay("self", "MyCommunity", crate = ipv8_core)]
struct ByUse;

#[overlay(crate::forms::my_module::MyCommunity, crate = ::ipv8_core)]
struct ByRoot;

type Community2 = MyCommunity;

#[overlay(Community2)]
struct ByAlias;

#[overlay(<Holder as HasCommunity>::It)]
struct ByProjection;

trait HasCommunity {
    type It;
}

struct Holder;

impl HasCommunity for Holder {
    type It = MyCommunity;
}

#[strat(RandomWalk)]
#[::ipv8_core::overlay(MyCommunity)]
#[ipv8_core::walk_strategy("inner.deep", "MyStrategy", target_peers = -1)]
#[self::strat(my_module::sub::MyStrategy, target_peers = 0)]
#[cfg_attr(
    all(),
    strat(EdgeWalk, target_peers = 7),
    ipv8_core::name("By any name")
)]
#[cfg_attr(any(), walk_strategy(DoesNotExist))]
struct Attributes;

fn community_of<L: CommunityLauncher>(_launcher: &L) -> TypeId {
    TypeId::of::<L::Overlay>()
}

#[test]
fn all_paths_lead_to_the_community() {
    let found = [
        community_of(&ByPath),
        community_of(&ByStrings),
        community_of(&ByDots),
        community_of(&ByColons),
        community_of(&BySelf),
        community_of(&ByUse),
        community_of(&ByRoot),
        community_of(&ByAlias),
        community_of(&ByProjection),
        community_of(&inner::Climbing),
        community_of(&inner::FromTheRoot),
        community_of(&Attributes),
    ];
    assert_eq!(found, [TypeId::of::<MyCommunity>(); 12]);
}

#[test]
fn attributes_work_under_any_name() {
    let strategies = [
        ("RandomWalk", 20),
        ("MyStrategy", -1),
        ("MyStrategy", 0),
        ("EdgeWalk", 7),
    ];
    assert_eq!(walks(&Attributes), expected(&strategies));
    assert_eq!(Attributes::META.name, "By any name");
}
