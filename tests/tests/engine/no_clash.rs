//! The figures of the example `no_clash`, from its model: how many datagrams a receiver loses when
//! bursts are fired together, and that it loses none when bursts take turns.

#[path = "../../../examples/measure/no_clash/burst.rs"]
#[allow(dead_code)]
mod burst;
#[path = "../../../examples/measure/no_clash/cells.rs"]
#[allow(dead_code)]
mod cells;
#[path = "../../../examples/measure/no_clash/model.rs"]
#[allow(dead_code)]
mod model;

use cells::{Both, Cell, INTERVAL, Size};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn measured(size: Size) -> Vec<(Cell, Both)> {
    let both = |cell| (cell, model::both(cell, size).expect("it is measured"));
    cells::measured().map(both).collect()
}

#[test]
fn every_cell_that_leaves_the_receiver_time_is_measured() {
    let cells: Vec<_> = cells::measured()
        .map(|cell| (cell.communities, cell.burst))
        .collect();
    let expected = [
        (10, [10, 50, 100, 200].as_slice()),
        (25, &[10, 50, 100]),
        (50, &[10, 50]),
        (100, &[10]),
    ];
    let expected: Vec<_> = expected
        .iter()
        .flat_map(|(communities, bursts)| bursts.iter().map(|burst| (*communities, *burst)))
        .collect();
    assert_eq!(cells, expected);
}

#[test]
fn bursts_that_take_turns_lose_nothing() {
    for size in Size::ALL {
        for (cell, both) in measured(size) {
            let spread = both.spread;
            assert_eq!(spread.lost, 0, "{cell:?} {size:?}: {spread:?}");
            assert_eq!(spread.missed_turns, 0, "{cell:?} {size:?}");
            // Five whole intervals, and the turns of the interval in which the bursts began.
            let whole = u64::from(cell.datagrams()) * 5;
            assert!(spread.sent >= whole, "{cell:?} {size:?}: {spread:?}");
            // The buffer is always less than half full.
            let waiting = spread.most_waiting.unwrap_or(usize::MAX);
            assert!(waiting * 2 < model::capacity(size), "{cell:?} {size:?}");
            let gap = INTERVAL / cell.communities;
            assert!(spread.longest_delay_ms <= gap.as_secs_f64() * 1e3 / 2.0);
        }
    }
}

#[test]
fn bursts_fired_together_lose_most_of_what_the_buffer_cannot_hold() {
    for (cell, both) in measured(Size::Small) {
        let lost = both.together.lost_percent;
        match cell.datagrams() {
            0..=256 => assert_eq!(lost, 0.0, "{cell:?}: all of it fits"),
            _ => assert!((40.0..90.0).contains(&lost), "{cell:?}: {lost}"),
        }
    }
    for (cell, both) in measured(Size::Large) {
        let lost = both.together.lost_percent;
        match cell.datagrams() {
            0..=100 => assert!(
                (0.1..10.0).contains(&lost),
                "{cell:?}: nearly all of it fits"
            ),
            _ => assert!((50.0..95.0).contains(&lost), "{cell:?}: {lost}"),
        }
    }
}

#[test]
fn the_buffer_has_the_capacity_of_a_linux_buffer() {
    assert_eq!(Size::ALL.map(model::capacity), [256, 92]);
}
