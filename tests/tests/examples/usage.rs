//! Wrong arguments: an error that names them, a usage line, exit code 2, and no started node.

use crate::support::program::run;

/// Arguments, and the expected error text.
type Wrong<'a> = (&'a [&'a str], &'a str);

fn assert_refused(name: &str, table: &[Wrong<'_>]) {
    for (arguments, expected) in table {
        let end = run(name, arguments);
        assert_eq!(
            (end.code, end.lines.len()),
            (Some(2), 0),
            "{arguments:?}: {end:?}"
        );
        assert!(end.stderr.starts_with("error: "), "{arguments:?}: {end:?}");
        assert!(end.stderr.contains(expected), "{arguments:?}: {end:?}");
        let usage = format!("\nUsage: {name} [OPTIONS]");
        assert!(end.stderr.contains(&usage), "{arguments:?}: {end:?}");
    }
}

#[test]
fn of_both_programs() {
    for name in ["node", "tracker"] {
        assert_refused(
            name,
            &[
                (
                    &["--lisen", "127.0.0.1:0"],
                    "a similar argument exists: '--listen'",
                ),
                (&["--no-such-thing"], "'--no-such-thing'"),
                (&["--listen"], "'--listen <ADDR>'"),
                (&["--listen", "localhost"], "'localhost'"),
                (&["--listen", "127.0.0.1"], "'127.0.0.1'"),
                (&["--listen", "127.0.0.1:65536"], "'127.0.0.1:65536'"),
                (&["--events", "xml"], "[possible values: text, json]"),
                (&["--events"], "'--events <FORM>'"),
                (&["6421"], "'6421'"),
            ],
        );
    }
}

#[test]
fn of_the_tutorial() {
    let end = run("hello_overlay", &["--misspelt"]);
    assert_eq!((end.code, end.lines.len()), (Some(2), 0), "{end:?}");
    assert!(end.stderr.starts_with("error: "), "{end:?}");
    assert!(end.stderr.ends_with("\nUsage: hello_overlay"), "{end:?}");
}

#[test]
fn of_the_tracker() {
    assert_refused(
        "tracker",
        &[
            (&["--max-peers", "0"], "--max-peers 0"),
            (&["--max-peers", "many"], "'many'"),
            (&["--api-key", "secret"], "--api <ADDR>"),
            (
                &["--api", "127.0.0.1:0", "--api-anywhere"],
                "--api-key <KEY>",
            ),
            // The tests build the program without this feature.
            (&["--api", "127.0.0.1:0"], "--features http"),
        ],
    );
}

#[test]
fn of_the_node() {
    assert_refused(
        "node",
        &[
            (
                &["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"],
                "at most one IPv4 and one IPv6 address",
            ),
            (&["--community", "00"], "exactly 40 hexadecimal digits"),
            (
                &["--community", "x123456789012345678901234567890123456789"],
                "exactly 40",
            ),
            (&["--bootstrap", "tracker"], "'tracker'"),
            (
                &["--bootstrap", "127.0.0.1:0"],
                "expected the address and port of a tracker",
            ),
            (&["--dispersy", "tracker"], "expected HOST:PORT"),
            (&["--dispersy", "tracker:0"], "expected HOST:PORT"),
            (&["--dispersy", ":6421"], "expected HOST:PORT"),
            (&["--dispersy", "127.0.0.1:0"], "expected HOST:PORT"),
            (&["--max-peers", "-2"], "max_peers: -2 is out of range"),
            (&["--max-peers", "many"], "'many'"),
            (&["--max-peers", "3000000000"], "'3000000000'"),
            (
                &["--walk-interval", "0"],
                "walk_interval: 0 is out of range",
            ),
            (
                &["--walk-interval", "-1"],
                "walk_interval: -1 is out of range",
            ),
            (
                &["--walk-interval", "nan"],
                "walk_interval: NaN is out of range",
            ),
            (&["--walk-interval", "soon"], "'soon'"),
            (&["--duration", "-1"], "expected seconds, 0 or more"),
            (&["--duration", "inf"], "expected seconds, 0 or more"),
            (&["--key", ""], "key"),
            (
                &["--key", "a", "--key", "b"],
                "cannot be used multiple times",
            ),
        ],
    );
}

#[test]
fn of_a_strategy() {
    assert_refused(
        "node",
        &[
            (&["--strategy"], "'--strategy <NAME:TARGET"),
            (
                &["--strategy", "RandomWalk"],
                "expected NAME:TARGET[,option=value…]",
            ),
            (
                &["--walker", "RandmWalk:20"],
                "`RandmWalk`: did you mean `RandomWalk`?",
            ),
            (
                &["--strategy", "edge_walk:20"],
                "`edge_walk`: did you mean `EdgeWalk`?",
            ),
            (
                &["--strategy", "Walk:20"],
                "(known: RandomWalk, EdgeWalk, RandomChurn, PeriodicSimilarity)",
            ),
            (&["--strategy", "RandomChurn:-1"], "--discovery"),
            (&["--strategy", "PeriodicSimilarity:-1"], "--discovery"),
            (
                &["--discovery", "--strategy", "RandomChurn:-1,drop=3"],
                "RandomChurn has no option `drop`",
            ),
            (
                &["--strategy", "RandomWalk:-2"],
                "RandomWalk: invalid target `-2`",
            ),
            (
                &["--strategy", "RandomWalk:20,timout=3"],
                "`timout`: did you mean `timeout`?",
            ),
            (
                &["--strategy", "EdgeWalk:20,window_size=3"],
                "EdgeWalk has no option `window_size`",
            ),
            (
                &["--strategy", "RandomWalk:20,window_size=few"],
                "invalid window_size `few`",
            ),
            (
                &["--strategy", "EdgeWalk:-1", "--strategy", "EdgeWalk:x"],
                "invalid target `x`",
            ),
        ],
    );
}

#[test]
fn help_is_not_an_error() {
    for name in ["node", "tracker"] {
        let end = run(name, &["--help"]);
        assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""), "{end:?}");
        let text = end.lines.join("\n");
        assert!(text.contains(&format!("Usage: {name} [OPTIONS]")), "{text}");
    }
}
