//! The macros' output for the README's example compiles as ordinary code.

/// The module of the README's example.
mod my_module {
    use ipv8_core::prelude::*;

    pub(crate) struct MyCommunity;

    impl Community for MyCommunity {
        const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
        type Settings = ();

        fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self)
        }
    }

    #[derive(Default)]
    pub(crate) struct MyDiscoveryStrategy;

    impl<C: Community> DiscoveryStrategy<C> for MyDiscoveryStrategy {
        fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
            if let Some(peer) = cx.random_peer() {
                cx.send_introduction_request(&peer);
            }
        }
    }
}
use my_module::MyDiscoveryStrategy;

include!("../../../ipv8-macros/tests/snapshots/readme.rs");

mod message {
    pub(crate) struct Hello {
        pub(crate) text: String,
        pub(crate) picture: Vec<u8>,
    }

    include!("../../../ipv8-macros/tests/snapshots/message.rs");
}

#[test]
fn the_pasted_launcher_is_registered() {
    let names = crate::registered(|meta| meta.module == module_path!());
    assert_eq!(names, ["MyLauncher"]);
}

#[test]
fn the_pasted_message_is_packed_and_unpacked() {
    use ipv8_core::Payload;
    use ipv8_core::wire::{Reader, Writer};

    let hello = message::Hello {
        text: "hi".into(),
        picture: vec![1, 2],
    };
    let mut writer = Writer::new();
    hello
        .pack(&mut writer)
        .unwrap_or_else(|error| panic!("{error}"));
    let bytes = writer.into_bytes();
    assert_eq!(bytes, [0, 2, b'h', b'i', 0, 0, 0, 2, 1, 2]);
    let read =
        message::Hello::unpack(&mut Reader::new(&bytes)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((read.text, read.picture), (hello.text, hello.picture));
}
