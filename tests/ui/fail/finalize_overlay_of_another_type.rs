use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

async fn begin(
    _ipv8: &Ipv8,
    _session: &mut Session,
    _overlay: &OverlayHandle<Other>,
) -> Result<(), LaunchError> {
    Ok(())
}

struct Other;

#[overlay(Configured)]
#[finalize(begin, session = Session)]
struct MyLauncher;

fn main() {}
