//! `run`: launches, and waits for the end.

use std::fmt::Display;
use std::io;
use std::pin::pin;

use super::answer::{Answer, write};
use super::list::reason;
use crate::launch::{Launchers, Preview};
use crate::node::{Error, Ipv8, stop_signal};

/// Lists the launchers that would be launched.
pub(super) fn dry(preview: &Preview) -> Answer {
    let Ok(order) = &preview.plan else {
        return Answer::default()
            .with_warnings(&preview.warnings)
            .with_plan(&preview.plan);
    };
    let overlays = preview.overlays.iter();
    let overlays = overlays.map(|overlay| format!("{} ({})", overlay.value, overlay.origin));
    let launchers = order.iter().filter_map(|name| preview.get(name));
    let all: Vec<String> = launchers
        .map(|one| one.meta.to_string())
        .chain(overlays)
        .collect();
    let mut text = String::from("Nothing is launched. These would be, in this order:\n");
    for (index, one) in all.iter().enumerate() {
        text += &format!("  {}. {one}\n", index + 1);
    }
    for one in &preview.launchers {
        if let Some(reason) = reason(one) {
            text += &format!("  not {}: {reason}\n", one.meta.name);
        }
    }
    if all.is_empty() {
        return Answer::failed(NOTHING);
    }
    Answer::new(text).with_warnings(&preview.warnings)
}

const NOTHING: &str = "no launcher is enabled: `list` shows why";

pub(super) fn run<S: Send + 'static>(launchers: Launchers, session: S) -> Answer {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(launch_and_wait(launchers, session));
            ended.unwrap_or_else(Answer::failed)
        }
        Err(error) => Answer::failed(format!("cannot start the tokio runtime: {error}")),
    }
}

async fn launch_and_wait<S: Send + 'static>(
    launchers: Launchers,
    mut session: S,
) -> Result<Answer, Error> {
    let stopped = || Answer::new("stopped\n".to_owned());
    let mut signal = pin!(stop_signal());
    let launched = tokio::select! {
        biased;
        // Polled first, so that the signal is caught from here on. Dropping the launch undoes it.
        signal = &mut signal => return signal.map(|_| stopped()).map_err(Error::Signals),
        launched = launch(launchers, &mut session) => launched,
    };
    let ipv8 = match launched {
        Ok(ipv8) => ipv8,
        Err(Error::Plan(error)) => {
            return Ok(Answer::default().with_plan::<()>(&Err(error)));
        }
        Err(error) => return Err(error),
    };
    if ipv8.launched().is_empty() {
        ipv8.stop().await;
        return Ok(Answer::failed(NOTHING));
    }
    // The node runs on if the output is closed.
    let _ = write(&mut io::stdout(), &running(&ipv8));
    tokio::select! {
        ended = ipv8.clone().until_stopped() => ended?,
        signal = signal => {
            signal.map_err(Error::Signals)?;
            ipv8.stop().await;
        }
    }
    Ok(stopped())
}

async fn launch<S: Send + 'static>(launchers: Launchers, session: &mut S) -> Result<Ipv8, Error> {
    let shown = Answer::default().with_warnings(&launchers.warnings());
    let _ = write(&mut io::stderr(), &shown.complaints);
    launchers.launch_with(session).await
}

fn running(ipv8: &Ipv8) -> String {
    let mut text = format!(
        "listening on {}\npeer {}\n",
        joined(ipv8.local_addresses()),
        ipv8.my_peer().mid()
    );
    for overlay in ipv8.launched().iter() {
        let strategies = overlay.strategies.iter();
        let strategies = strategies.map(|one| format!("{} {}", one.name, one.target_peers));
        let strategies = joined(&strategies.collect::<Vec<_>>());
        text += &format!(
            "overlay {} {}: {strategies}\n",
            overlay.community, overlay.id
        );
    }
    text
}

fn joined(list: &[impl Display]) -> String {
    let texts: Vec<String> = list.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
