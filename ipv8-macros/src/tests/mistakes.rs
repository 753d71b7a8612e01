//! Tests of wrong arguments: there is never a panic, always an error, and the item survives.

use super::{expand, messages, tokens};
use crate::launcher::Kind;
use crate::payload;
use proc_macro2::TokenStream;

/// Pieces of arguments, correct and wrong.
const PIECES: [&str; 12] = [
    "\"a.b\"",
    "A::B",
    "crate",
    "=",
    ",",
    "-1",
    "target_peers",
    "#",
    "[x]",
    "<",
    "1.5",
    "@",
];

/// Returns all argument lists of up to three pieces.
fn argument_lists() -> impl Iterator<Item = String> {
    let with_none = || [""].into_iter().chain(PIECES);
    with_none().flat_map(move |first| {
        with_none().flat_map(move |second| {
            with_none().map(move |third| format!("{first} {second} {third}"))
        })
    })
}

/// Returns `true` if the item is in the output, whatever happened to its attributes.
fn survives(output: &TokenStream, item: &str) -> bool {
    output.to_string().starts_with(&tokens(item).to_string())
}

#[test]
fn no_arguments_make_a_launcher_attribute_panic() {
    for arguments in argument_lists() {
        for kind in Kind::ALL.map(Kind::name) {
            let output = expand(tokens(&format!(
                "#[{kind}({arguments})] struct MyLauncher;"
            )));
            assert!(
                survives(&output, "struct MyLauncher;"),
                "{kind}({arguments})"
            );
            assert!(
                syn::parse2::<syn::File>(output).is_ok(),
                "{kind}({arguments})"
            );
        }
    }
}

#[test]
fn no_arguments_make_the_derive_panic() {
    for arguments in argument_lists() {
        let output = payload::derive(tokens(&format!(
            "#[payload({arguments})] struct Hello {{ #[payload({arguments})] text: String }}"
        )));
        assert!(syn::parse2::<syn::File>(output).is_ok(), "{arguments}");
    }
}

#[test]
fn incomplete_items_survive() {
    let attributes = "#[overlay(my_module::MyCommunity)] #[walk_strategy(RandomWalk, timeou)]";
    for item in [
        "struct",
        "struct MyLauncher",
        "struct MyLauncher {",
        "pub",
        "",
        "struct MyLauncher<",
        "struct MyLauncher { a: , }",
        "# struct A;",
    ] {
        let Ok(item) = item.parse::<TokenStream>() else {
            continue;
        };
        let output = expand([tokens(attributes), item.clone()].into_iter().collect());
        assert!(output.to_string().starts_with(&item.to_string()), "{item}");
    }
}

#[test]
fn every_mistake_of_a_stack_is_reported_once() {
    let output = expand(tokens(
        r#"
        #[after("MyLauncher", "")]
        #[walk_strategy(RandomWalk, target_peers = -2, timeout = 3.0, timeout = 4.0)]
        #[overlay("my module", "my.Community", target_peers = 3)]
        #[walk_strategy("MyStrategy", interval: 3.0)]
        #[name]
        #[overlay(my_module::MyCommunity)]
        struct MyLauncher;
        "#,
    ));
    let messages = messages(output);
    let starts = [
        "the name of a launcher cannot be empty",
        "`target_peers` cannot be -2",
        "`timeout` is given twice: the first is `timeout = 3.0`",
        "`my module` is not a module path",
        "the second string is one name",
        "unknown argument `target_peers`",
        "expected two strings",
        "expected `=` after `interval`",
        "expected a name",
        "the launcher already has the overlay one above",
        "`MyLauncher` is this launcher itself",
    ];
    assert_eq!(messages.len(), starts.len(), "{messages:#?}");
    for (message, start) in messages.iter().zip(starts) {
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn a_stack_with_mistakes_is_a_launcher_but_is_not_registered() {
    for (item, expected) in [
        ("struct MyLauncher;", true),
        ("enum MyLauncher { A }", true),
        ("struct MyLauncher<T>(T);", false),
        ("fn my_launcher() {}", false),
    ] {
        let output = expand(tokens(&format!("#[overlay(C, x = 1)] {item}"))).to_string();
        assert_eq!(output.contains("CommunityLauncher for"), expected, "{item}");
        assert!(!output.contains("register !"), "{item}");
    }
}
