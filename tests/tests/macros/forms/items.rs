//! Structs of every kind, at every location, and their registration.

use super::my_module::MyCommunity;
use ipv8_core::prelude::*;
use ipv8_core::{CommunityLauncher, LauncherMeta, launchers};

#[overlay(MyCommunity)]
pub struct Unit;

#[overlay(MyCommunity)]
#[derive(Default)]
pub(crate) struct Named {
    #[allow(dead_code)]
    size: usize,
}

#[overlay(MyCommunity)]
#[derive(Default)]
pub(super) struct Tuple(#[allow(dead_code)] u8);

#[overlay(MyCommunity)]
#[derive(Default)]
struct Empty {}

#[overlay(MyCommunity)]
#[allow(non_camel_case_types)]
struct r#type;

/// Passes a whole item on to the attribute.
macro_rules! launch {
    ($item:item) => {
        #[overlay(MyCommunity)]
        $item
    };
}

launch! {
    #[walk_strategy(RandomWalk)]
    pub(crate) struct PassedOn;
}

/// Passes a visibility and a field on to the attribute.
macro_rules! structure {
    ($visibility:vis $name:ident { $field:ident: $kind:ty }) => {
        #[overlay(MyCommunity)]
        #[derive(Default)]
        $visibility struct $name {
            #[allow(dead_code)]
            $field: $kind,
        }
    };
}

structure!(Invisible { size: usize });
structure!(pub(in crate::forms::items) Visible { size: usize });

mod private {
    use super::*;

    #[overlay(MyCommunity)]
    struct Hidden;
}

fn registered(name: &str) -> Option<LauncherMeta> {
    launchers().into_iter().find(|meta| meta.name == name)
}

#[test]
fn every_struct_is_registered_with_its_location() {
    fn inside() {
        #[overlay(MyCommunity)]
        struct InAFunction;
    }
    inside();
    for name in [
        "Unit",
        "Named",
        "Tuple",
        "Empty",
        "type",
        "Hidden",
        "PassedOn",
        "Invisible",
        "Visible",
        "InAFunction",
    ] {
        let meta = registered(name).unwrap_or_else(|| panic!("{name} is not registered"));
        assert!(
            meta.file.ends_with("items.rs") && meta.module.contains("items"),
            "{meta:?}"
        );
    }
}

#[test]
fn the_location_is_that_of_the_struct_name() {
    const HERE: u32 = line!();
    #[ipv8_core::name("Placed")]
    #[overlay(MyCommunity, crate = ::ipv8_core)]
    #[derive(Debug)]
    #[walk_strategy(RandomWalk)]
    struct Placed;

    assert_eq!((Placed::META.line, Placed::META.column), (HERE + 5, 12));
}

#[test]
fn the_name_of_a_raw_identifier_has_no_prefix() {
    assert_eq!(<r#type as CommunityLauncher>::META.name, "type");
}
