//! The target of each row.

/// Returns the target of the row with this name: a factor to py-ipv8, a share of the bare
/// responder, or a figure.
pub(super) fn of(row: &str) -> Option<&'static str> {
    Some(match row {
        "introductions-20" => "10x; 80 % of the bare responder",
        "introductions-1000" => "90x",
        "introductions-10000" => "95 % of our rate at 20 peers",
        "two-cores-against-one" => "1.8x",
        "pings" => "20x",
        "random-walk-100000" => "4,000x; at most twice our time with 100",
        "edge-walk-1000-datagrams" => "a bounded number",
        "edge-walk-100000" => "about our time with 100",
        "lookup" | "hostile-prefix" | "hostile-short" | "hostile-id" | "hostile-malformed"
        | "hostile-body" => "2 µs",
        "memory-10000" => "10 MB",
        "memory-per-peer" => "300 B",
        "spacing" => "5 ms",
        "losses-25x50" | "losses-25x100" | "losses-25x50-large" | "losses-25x100-large" => "0.00 %",
        "nodes-median" => "5 s",
        "nodes-last" => "7.5 s",
        "nodes-datagrams" => "no more than py-ipv8",
        "launchers-plan" => "1 ms",
        "launchers-start" => "2 ms",
        "launchers-build" => "5 ms",
        "communities-release" => "0.15 s",
        "communities-debug" => "60 ms",
        "communities-bytes" => "12 kB",
        _ => return None,
    })
}
