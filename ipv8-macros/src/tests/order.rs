//! Tests that the order of the attributes does not matter, except among strategies, conditions,
//! settings and endings.

use super::{expand, pretty, tokens};
use std::collections::BTreeMap;

/// Six attributes, under aliases and qualified paths.
const STACK: [&str; 6] = [
    r#"#[ipv8_core::overlay("my_module", "MyCommunity")]"#,
    "#[walk_strategy(First, target_peers = 1)]",
    "#[strat(Second, timeout = 2.0)]",
    "#[::ipv8_core::walk_strategy(Third, target_peers = -1)]",
    r#"#[name("Six")]"#,
    r#"#[after("One", "Two")]"#,
];
const STRATEGIES: [usize; 3] = [1, 2, 3];

#[test]
fn all_permutations_of_six_attributes_give_the_same_output() {
    let permutations = permutations(&[0, 1, 2, 3, 4, 5]);
    assert_eq!(permutations.len(), 720);
    let mut outputs: BTreeMap<Vec<usize>, String> = BTreeMap::new();
    for permutation in &permutations {
        let attributes: Vec<&str> = permutation.iter().map(|index| STACK[*index]).collect();
        let stack = format!("{} struct MyLauncher;", attributes.join("\n"));
        let output = expand(tokens(&stack)).to_string();
        let written: Vec<usize> = permutation
            .iter()
            .copied()
            .filter(|index| STRATEGIES.contains(index))
            .collect();
        let first = outputs.entry(written).or_insert_with(|| output.clone());
        assert_eq!(*first, output, "{permutation:?}");
    }
    assert_eq!(outputs.len(), 6, "one for each order of the strategies");
    for (written, output) in &outputs {
        let places: Vec<Option<usize>> = written
            .iter()
            .map(|index| output.find(["", "First", "Second", "Third"][*index]))
            .collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{written:?}: {output}"
        );
    }
}

/// Seven more attributes. Conditions, settings and endings each keep their order.
const SESSION: [&str; 7] = [
    "#[overlay(MyCommunity)]",
    "#[precondition(|session: &Session| session.first)]",
    "#[ipv8_core::precondition(|session| session.second)]",
    "#[kwargs(size = 1)]",
    "#[kwargs(size = 2)]",
    "#[set_in_session(third)]",
    "#[finalize(fourth, session = Session)]",
];

#[test]
fn all_permutations_of_attributes_with_a_session_give_the_same_output() {
    let mut outputs: BTreeMap<[bool; 3], String> = BTreeMap::new();
    for permutation in permutations(&[0, 1, 2, 3, 4, 5, 6]) {
        let attributes: Vec<&str> = permutation.iter().map(|index| SESSION[*index]).collect();
        let stack = format!("{} struct MyLauncher;", attributes.join("\n"));
        let output = expand(tokens(&stack)).to_string();
        let place = |wanted| permutation.iter().position(|index| *index == wanted);
        let written = [(1, 2), (3, 4), (5, 6)].map(|(one, other)| place(one) < place(other));
        let first = outputs.entry(written).or_insert_with(|| output.clone());
        assert_eq!(*first, output, "{permutation:?}");
    }
    assert_eq!(outputs.len(), 8);
    for (written, output) in &outputs {
        let found = [
            ("first", "second"),
            ("size = 1", "size = 2"),
            ("third", "fourth"),
        ];
        let found = found.map(|(one, other)| output.find(one) < output.find(other));
        assert_eq!(found, *written, "{output}");
    }
}

#[test]
fn other_attributes_stay_where_they_are() {
    let between = [
        "/// Documented.",
        "#[derive(Default, Debug)]",
        "#[cfg(all())]",
        "#[allow(dead_code)]",
        "#[must_use]",
        "#[doc(hidden)]",
    ];
    for permutation in permutations(&[0, 1, 2, 3, 4, 5]).into_iter().step_by(7) {
        let attributes: Vec<String> = permutation
            .iter()
            .zip(between)
            .map(|(index, other)| format!("{}\n{other}\n", STACK[*index]))
            .collect();
        let output = pretty(expand(tokens(&format!(
            "{} struct MyLauncher {{ size: u8 }}",
            attributes.concat()
        ))));
        let kept = format!(
            "{}\nstruct MyLauncher {{\n    size: u8,\n}}\n",
            between.join("\n")
        );
        assert!(output.starts_with(&kept), "{output}");
    }
}

#[test]
fn one_crate_path_anywhere_serves_the_whole_stack() {
    let stack = [
        "#[overlay(C HERE)]",
        "#[walk_strategy(S HERE)]",
        "#[name(\"N\" HERE)]",
        "#[after(\"A\" HERE)]",
    ];
    let mut outputs = Vec::new();
    for place in 0..stack.len() {
        let attributes = stack.iter().enumerate().map(|(index, attribute)| {
            attribute.replace(
                "HERE",
                if index == place {
                    ", crate = my::ipv8"
                } else {
                    ""
                },
            )
        });
        outputs.push(pretty(expand(tokens(&format!(
            "{} struct MyLauncher;",
            attributes.collect::<String>()
        )))));
    }
    assert!(
        outputs[0].contains("impl my::ipv8::CommunityLauncher"),
        "{}",
        outputs[0]
    );
    assert!(!outputs[0].contains("ipv8_core"), "{}", outputs[0]);
    assert!(outputs.windows(2).all(|pair| pair[0] == pair[1]));
}

fn permutations(of: &[usize]) -> Vec<Vec<usize>> {
    let Some((first, rest)) = of.split_first() else {
        return vec![vec![]];
    };
    let mut found = Vec::new();
    for shorter in permutations(rest) {
        for place in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(place, *first);
            found.push(longer);
        }
    }
    found
}
