//! The figures as text.

use std::fmt::Write;

use crate::cells::{Both, Figures, RECEIVE_BUFFER, Row, Size};

pub(crate) fn text(figures: &Figures) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, figures);
    text
}

fn write(text: &mut String, figures: &Figures) -> std::fmt::Result {
    writeln!(
        text,
        "Lost because the receive buffer was full ({RECEIVE_BUFFER} bytes, {} µs of work per datagram, \
         intervals of {} ms).\n",
        figures.work_us, figures.interval_ms
    )?;
    for size in Size::ALL {
        writeln!(text, "Datagrams of {} bytes:\n", size.bytes())?;
        writeln!(
            text,
            "| communities | burst | receiver busy | together: model | real | spread: model | real | most waiting, together and \
             spread (model) | longest delay (model, real) | receiver interrupted (real) |"
        )?;
        writeln!(text, "|---|---|---|---|---|---|---|---|---|---|")?;
        let rows = figures.rows.iter();
        for row in rows.filter(|row| row.datagram_bytes == size.bytes()) {
            line(text, row)?;
        }
        writeln!(text)?;
    }
    for buffer in &figures.buffers {
        writeln!(
            text,
            "The buffer of a socket of this machine holds {} datagrams of {} bytes; in the model {}.",
            buffer.holds, buffer.datagram_bytes, buffer.model
        )?;
    }
    let all = || figures.rows.iter();
    let of = |both: fn(&Row) -> Option<Both>| {
        let spread = all().filter_map(both).map(|both| both.spread);
        spread.fold((0, 0), |(lost, sent), one| {
            (lost + one.lost, sent + one.sent)
        })
    };
    let (lost, sent) = of(|row| Some(row.model));
    write!(
        text,
        "Spread: {lost} of {sent} datagrams were lost in the model"
    )?;
    if all().any(|row| row.real.is_some()) {
        let (lost, sent) = of(|row| row.real);
        write!(text, ", and {lost} of {sent} on real sockets")?;
    }
    writeln!(text, ".")
}

fn line(text: &mut String, row: &Row) -> std::fmt::Result {
    let percent = |lost: f64| format!("{lost:.2} %");
    let real = |share: fn(&Both) -> f64| {
        let real = row.real.as_ref().map(share);
        real.map_or_else(|| "-".to_owned(), percent)
    };
    let waiting = |outcome: Option<usize>| outcome.unwrap_or_default();
    let delays = row.real.map_or_else(String::new, |real| {
        format!(", {:.1} ms", real.spread.longest_delay_ms)
    });
    let interrupted = row.real.map_or_else(
        || "-".to_owned(),
        |real| {
            let longest = real.spread.longest_interruption_ms;
            format!("{:.1} ms", longest.unwrap_or_default())
        },
    );
    writeln!(
        text,
        "| {} | {} | {:.0} % | {} | {} | {} | {} | {}, {} | {:.1} ms{delays} | {interrupted} |",
        row.cell.communities,
        row.cell.burst,
        100.0 * row.cell.busy(),
        percent(row.model.together.lost_percent),
        real(|both| both.together.lost_percent),
        percent(row.model.spread.lost_percent),
        real(|both| both.spread.lost_percent),
        waiting(row.model.together.most_waiting),
        waiting(row.model.spread.most_waiting),
        row.model.spread.longest_delay_ms,
    )
}
