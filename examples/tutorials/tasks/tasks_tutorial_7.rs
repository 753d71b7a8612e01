//! py-ipv8's tasks tutorial, part 7: futures of requests. One is answered, one times out,
//! one is cancelled.
//!
//! `cargo run --example tasks_tutorial_7`

use std::time::Duration;

use ipv8_core::node::HandleError;
use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, response = Answer)]
struct Question {
    #[payload(identifier)]
    number: u16,
    /// Asks for an answer if `true`.
    please: bool,
}

#[derive(Payload)]
#[payload(id = 2)]
struct Answer {
    #[payload(identifier)]
    number: u16,
}

struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"tasks tutorial 00007");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: request Question => Self::on_question);
    }
}

impl MyCommunity {
    fn on_question(
        &mut self,
        _peer: &Peer,
        question: Question,
        _cx: &mut Context<'_>,
    ) -> Option<Answer> {
        let number = question.number;
        question.please.then_some(Answer { number })
    }
}

#[overlay(MyCommunity)]
struct MyLauncher;

/// Asks the node at `other`, in a separate task.
fn ask(
    overlay: &OverlayHandle<MyCommunity>,
    other: std::net::SocketAddr,
    please: bool,
    timeout: Duration,
) -> tokio::task::JoinHandle<Result<Answer, HandleError>> {
    let overlay = overlay.clone();
    let question = Question { number: 0, please };
    tokio::spawn(async move { overlay.request_to(other, question, timeout).await })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = Config::new().interfaces(["127.0.0.1:0".parse()?]);
    let ipv8 = Launchers::collected().config(here.clone()).launch().await?;
    let other = Launchers::collected().config(here).launch().await?;
    let overlay = ipv8.overlay::<MyCommunity>().ok_or("not launched")?;
    let address = other.local_addresses()[0];

    let future0 = ask(&overlay, address, true, Duration::from_secs(10));
    let future1 = ask(&overlay, address, false, Duration::from_millis(500));
    let future2 = ask(&overlay, address, false, Duration::from_secs(10));

    // The first request is answered.
    let answered = future0.await?.is_ok();
    println!("future0.result()={}", python(answered));

    // The second request gets no answer.
    let answered = match future1.await? {
        Err(HandleError::Request(RequestError::Timeout)) => false,
        result => result.is_ok(),
    };
    println!("future1.result()={}", python(answered));

    // The third request is still pending when the node stops.
    ipv8.stop().await;
    let cancelled = future2.await?.is_err();
    println!("future2.cancelled()={}", python(cancelled));
    other.stop().await;
    Ok(())
}

/// Returns the text that Python prints.
fn python(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
