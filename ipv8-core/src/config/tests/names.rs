//! Settings with two names, and settings whose meaning depends on their shape.

use super::{json, line, problems, toml, variables};

#[test]
fn a_list_of_strategies_replaces_and_a_table_changes() {
    let list = toml("[[launchers.A.strategies]]\nstrategy = \"EdgeWalk\"");
    assert_eq!(problems(&list), [""; 0]);
    assert_eq!(
        list.launchers[0].strategies.as_ref().unwrap().value.len(),
        1
    );
    assert!(list.launchers[0].strategy_changes.is_empty());
    let table = toml("[launchers.A]\nstrategies.EdgeWalk = { target_peers = 3 }");
    assert_eq!(problems(&table), [""; 0]);
    assert!(table.launchers[0].strategies.is_none());
    assert_eq!(table.launchers[0].strategy_changes.len(), 1);
    let both = variables(
        list,
        &[("IPV8_LAUNCHERS__A__STRATEGIES__EdgeWalk__TARGET_PEERS", "3")],
    );
    assert_eq!(problems(&both), [""; 0]);
    let effective = both.effective();
    let replaced = line(&effective, "launchers.A.strategies[0].strategy");
    assert_eq!(replaced, "\"EdgeWalk\"  # ipv8.toml:2:12");
    assert!(line(&effective, "launchers.A.strategies.EdgeWalk.target_peers").starts_with('3'));
}

#[test]
fn old_names_work_and_the_new_ones_are_shown() {
    let old = r#"{"walker_interval": 0.25, "max_peers": 9, "launchers": {"A": {
        "walkers": [{"strategy": "EdgeWalk", "peers": 5, "init": {"edge_length": 3}}],
        "bootstrappers": [{"class": "DispersyBootstrapper", "init": {}}],
        "initialize": {"size": 1}
    }}}"#;
    let read = json(old);
    assert_eq!(problems(&read), [""; 0]);
    let effective = read.effective().to_string();
    for part in [
        "walk_interval = 0.25 ",
        "launchers.A.strategies[0].target_peers = 5 ",
        "launchers.A.strategies[0].options.edge_length = 3 ",
        "launchers.A.settings.size = 1 ",
    ] {
        assert!(effective.contains(part), "{part}\n{effective}");
    }
    for name in ["walker", "init", ".peers"] {
        assert!(!effective.contains(name), "{name}\n{effective}");
    }
}

#[test]
fn both_names_of_one_setting_are_a_problem() {
    for (text, end) in [
        (
            "walkers = []\nstrategies = []",
            "walkers is another name of strategies",
        ),
        (
            "strategies = {}\nwalkers = []",
            "walkers is another name of strategies",
        ),
        (
            "settings = {}\ninitialize = {}",
            "initialize is another name of settings",
        ),
        (
            "strategies = [{ strategy = \"A\", target_peers = 1, peers = 1 }]",
            "peers is another name of target_peers",
        ),
        (
            "strategies.A = { options = {}, init = {} }",
            "init is another name of options",
        ),
    ] {
        let found = problems(&toml(&format!("[launchers.A]\n{text}")));
        let [problem] = &found[..] else {
            panic!("{text}: {found:#?}");
        };
        let end = format!("{end}: remove one of the two");
        assert!(problem.ends_with(&end), "{problem}");
    }
}
