use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::overlay::bootstrap::Wishes;
use crate::wire::packet::CommunityId;

struct Scene {
    bootstrapper: UdpBroadcastBootstrapper,
    now: Instant,
    rng: StdRng,
}

impl Scene {
    fn new(configure: impl FnOnce(&mut UdpBroadcastBootstrapper)) -> Self {
        let mut bootstrapper = UdpBroadcastBootstrapper::default();
        configure(&mut bootstrapper);
        Self {
            bootstrapper,
            now: Instant::now(),
            rng: StdRng::from_seed([1; 32]),
        }
    }

    fn call<R>(
        &mut self,
        call: impl FnOnce(&mut UdpBroadcastBootstrapper, &mut BootstrapContext<'_>) -> R,
    ) -> (R, Wishes) {
        let mut wishes = Wishes::default();
        let mut cx = BootstrapContext {
            now: self.now,
            community_id: CommunityId::from_bytes([7; 20]),
            peers: 0,
            max_peers: 30,
            rng: &mut self.rng,
            wishes: &mut wishes,
        };
        (call(&mut self.bootstrapper, &mut cx), wishes)
    }

    /// Returns the beacons of one round that starts now, its duration, and the largest number of
    /// beacons in one call.
    fn round(&mut self) -> (Vec<SocketAddr>, Duration, usize) {
        let (_, mut wishes) = self.call(|one, cx| one.get_addresses(cx));
        let (mut sent, mut most) = (wishes.beacons.clone(), wishes.beacons.len());
        let began = self.now;
        while let Some(at) = wishes.wake {
            self.now = at;
            wishes = self.call(|one, cx| one.woken(cx)).1;
            most = most.max(wishes.beacons.len());
            sent.extend(&wishes.beacons);
        }
        (sent, self.now - began, most)
    }

    fn hears(&mut self, port: u16) -> bool {
        let source = SocketAddr::from(([192, 168, 0, 9], port));
        let (followed, wishes) = self.call(|one, cx| one.beacon_heard(source, cx));
        let expected = if followed { vec![source] } else { vec![] };
        assert_eq!(wishes.walks, expected);
        followed
    }
}

#[test]
fn a_few_ports_are_tried_at_once_and_again_after_a_pause() {
    let mut scene = Scene::new(|_| {});
    let (sent, took, _) = scene.round();
    let expected: Vec<_> = (8090..=8099)
        .map(|port| SocketAddr::from(([255; 4], port)))
        .collect();
    assert_eq!((sent, took), (expected, Duration::ZERO));
    scene.now += Duration::from_millis(29_999);
    assert!(scene.round().0.is_empty());
    assert!(
        scene
            .call(|one, cx| one.keep_alive(cx))
            .1
            .beacons
            .is_empty()
    );
    scene.now += Duration::from_millis(1);
    assert_eq!(scene.call(|one, cx| one.keep_alive(cx)).1.beacons.len(), 10);
}

#[test]
fn all_ports_are_tried_once_each_and_never_in_a_burst() {
    let mut scene = Scene::new(|one| one.all_ports = true);
    let (mut sent, took, most) = scene.round();
    assert!(
        took >= Duration::from_secs(65) && took < Duration::from_secs(66),
        "{took:?}"
    );
    assert_eq!(most, 20);
    sent.sort_unstable();
    assert_eq!(sent.len(), 65_535);
    sent.dedup();
    assert_eq!(sent.len(), 65_535);
}

#[test]
fn a_round_ends_before_the_next_starts_and_rates_have_a_range() {
    let mut scene = Scene::new(|one| {
        one.addresses = vec![[10, 0, 0, 1].into(), [10, 0, 0, 2].into()];
        one.beacons_per_second = 2.0;
        one.bootstrap_timeout = 0.0;
    });
    let (_, wishes) = scene.call(|one, cx| one.get_addresses(cx));
    assert_eq!(wishes.beacons, [SocketAddr::from(([10, 0, 0, 1], 8090))]);
    assert_eq!(wishes.wake, Some(scene.now + Duration::from_millis(500)));
    let (_, wishes) = scene.call(|one, cx| one.get_addresses(cx));
    assert!(wishes.beacons.is_empty() && wishes.wake.is_none());
    let mut rest = 0;
    while !scene.bootstrapper.sweep.is_empty() {
        rest += scene.call(|one, cx| one.woken(cx)).1.beacons.len();
    }
    assert_eq!(rest, 19);
    for (rate, most) in [(f64::NAN, 1), (-1.0, 1), (0.0, 1), (1e9, 200)] {
        let mut scene = Scene::new(|one| {
            one.all_ports = true;
            one.beacons_per_second = rate;
        });
        let (_, wishes) = scene.call(|one, cx| one.get_addresses(cx));
        assert_eq!(wishes.beacons.len(), most, "{rate}");
    }
}

#[test]
fn without_a_port_or_an_address_nothing_is_sent() {
    for configure in [
        |one: &mut UdpBroadcastBootstrapper| one.addresses.clear(),
        |one: &mut UdpBroadcastBootstrapper| one.last_port = 8000,
        |one: &mut UdpBroadcastBootstrapper| (one.first_port, one.last_port) = (0, 0),
    ] {
        assert!(Scene::new(configure).round().0.is_empty());
    }
}

#[test]
fn a_flood_of_beacons_is_followed_once_a_second() {
    let mut scene = Scene::new(|_| {});
    assert_eq!((1..=1000).filter(|port| scene.hears(*port)).count(), 8);
    let mut port = 1000;
    let mut followed = 0;
    for _ in 0..600 {
        scene.now += Duration::from_millis(100);
        for _ in 0..50 {
            port += 1;
            followed += usize::from(scene.hears(port));
        }
    }
    assert_eq!(followed, 60);
    assert!(scene.bootstrapper.followed.len() <= 13);
    scene.now += Duration::from_secs(3600);
    assert_eq!((1..=1000).filter(|port| scene.hears(*port)).count(), 8);
}

#[test]
fn one_sender_is_followed_at_most_once_in_five_seconds() {
    let mut scene = Scene::new(|_| {});
    assert!(scene.hears(1));
    scene.now += Duration::from_millis(4_999);
    assert!(!scene.hears(1));
    assert!(scene.hears(2));
    scene.now += Duration::from_millis(1);
    assert!(scene.hears(1));
}
