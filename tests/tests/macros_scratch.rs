//! x
#![deny(warnings)]
#![allow(unreachable_pub)]
use ipv8_core::prelude::*;
mod my_module {
    use ipv8_core::prelude::*;
    pub struct MyCommunity;
    impl Community for MyCommunity {
        const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
        type Settings = ();
        fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self)
        }
    }
}
use ipv8_core::walk_strategy as strat;
#[strat(RandomWalk, target_peers = -1, timeout = 2.0)]
#[derive(Debug, Default)]
#[overlay("my_module", "MyCommunity")]
#[::ipv8_core::walk_strategy(EdgeWalk)]
struct MyLauncher {
    a: u8,
}

#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    text: String,
    #[payload(format = "varlenI")]
    pic: Vec<u8>,
}

#[test]
fn t() {
    let l = ipv8_core::launchers();
    assert_eq!(l.len(), 1);
    println!("{:?}", l[0].meta);
    let mut s = ipv8_core::Strategies::new();
    MyLauncher { a: 1 }.walk_strategies(&mut s);
    println!("{:?}", s.iter().collect::<Vec<_>>());
    let h = Hello {
        text: "a".into(),
        pic: vec![1],
    };
    let mut w = ipv8_core::wire::Writer::default();
    let _ = ipv8_core::Payload::pack(&h, &mut w);
    println!("{:?}", MyLauncher { a: 1 }.a);
}
