use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;

struct Private {
    enabled: bool,
}

#[overlay(my_session::Configured)]
#[precondition(|session: &Private| session.enabled)]
pub struct MyLauncher;

mod inner {
    use ipv8_core::prelude::*;

    struct Private {
        enabled: bool,
    }

    #[overlay(crate::my_session::Configured)]
    #[precondition(|session| session.enabled)]
    #[kwargs(size = 3, session = Private)]
    pub struct MyLauncher;
}

fn main() {}
