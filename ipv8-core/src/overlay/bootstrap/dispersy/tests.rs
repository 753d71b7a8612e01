use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::overlay::bootstrap::{Bootstrappers, Wishes};
use crate::wire::packet::CommunityId;

/// One bootstrapper and the time.
struct Scene {
    bootstrapper: DispersyBootstrapper,
    now: Instant,
    rng: StdRng,
}

impl Scene {
    fn new(ips: &[&str], names: &[&str]) -> Self {
        let mut bootstrapper = DispersyBootstrapper::new(ips.iter().map(|ip| at(ip)));
        bootstrapper.dns_addresses = names.iter().map(|name| ((*name).to_owned(), 5)).collect();
        Self {
            bootstrapper,
            now: Instant::now(),
            rng: StdRng::from_seed([1; 32]),
        }
    }

    fn call<R>(
        &mut self,
        call: impl FnOnce(&mut DispersyBootstrapper, &mut BootstrapContext<'_>) -> R,
    ) -> Wishes {
        let mut wishes = Wishes::default();
        let mut cx = BootstrapContext {
            now: self.now,
            community_id: CommunityId::from_bytes([7; 20]),
            peers: 0,
            max_peers: 30,
            rng: &mut self.rng,
            wishes: &mut wishes,
        };
        call(&mut self.bootstrapper, &mut cx);
        wishes
    }

    /// Returns the servers it asks and the names it looks up after `seconds` more.
    fn ask(&mut self, seconds: f64) -> (Vec<SocketAddr>, Vec<String>) {
        self.now += Duration::from_secs_f64(seconds);
        let wishes = self.call(|one, cx| one.get_addresses(cx));
        let names = wishes.lookups.into_iter().map(|(host, _)| host).collect();
        (wishes.walks, names)
    }

    fn found(&mut self, host: &str, found: Result<&[SocketAddr], &LookupError>) -> Wishes {
        self.call(|one, cx| one.resolved(host, 5, found, cx))
    }
}

fn at(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

#[test]
fn rounds_are_less_frequent_once_a_server_has_answered() {
    let mut scene = Scene::new(&["127.0.0.1:1"], &[]);
    let asked = (vec![at("127.0.0.1:1")], vec![]);
    assert_eq!(scene.ask(0.0), asked);
    assert_eq!(scene.ask(2.999), (vec![], vec![]));
    assert_eq!(scene.ask(0.001), asked);
    scene.call(|one, cx| one.answered(at("127.0.0.1:2"), cx));
    assert_eq!(scene.ask(3.0), asked, "no server has answered");
    scene.call(|one, cx| one.answered(at("127.0.0.1:1"), cx));
    assert_eq!(scene.ask(29.999), (vec![], vec![]));
    assert_eq!(scene.ask(0.001), asked);
    scene.bootstrapper.bootstrap_timeout = 0.5;
    assert_eq!(scene.ask(0.5), asked);
}

#[test]
fn the_default_has_no_servers_and_tribler_has_those_of_the_reference() {
    let none = DispersyBootstrapper::default();
    assert!(none.ip_addresses.is_empty() && none.dns_addresses.is_empty());
    assert!(none.blacklist().is_empty());
    let tribler = DispersyBootstrapper::tribler();
    assert_eq!(
        (tribler.ip_addresses.len(), tribler.dns_addresses.len()),
        (13, 7)
    );
    assert_eq!(tribler.blacklist(), TRIBLER_IP_ADDRESSES);
}

#[test]
fn a_server_is_asked_when_its_name_is_found_and_in_every_later_round() {
    let mut scene = Scene::new(&["10.0.0.1:5"], &["a.example"]);
    assert_eq!(
        scene.ask(0.0),
        (vec![at("10.0.0.1:5")], vec!["a.example".into()])
    );
    let found = [at("10.0.0.2:5"), at("10.0.0.1:5")];
    assert_eq!(
        scene.found("a.example", Ok(&found)).walks,
        [at("10.0.0.2:5")]
    );
    assert_eq!(
        scene.bootstrapper.blacklist(),
        [at("10.0.0.1:5"), at("10.0.0.2:5")]
    );
    let (walks, names) = scene.ask(30.0);
    assert_eq!((walks.len(), names.len()), (2, 0));
    let reminded = (0..20).map(|_| scene.call(|one, cx| one.keep_alive(cx)).walks);
    let reminded: Vec<_> = reminded.flatten().collect();
    assert_eq!(reminded.len(), 20);
    assert!(reminded.contains(&at("10.0.0.2:5")) && reminded.contains(&at("10.0.0.1:5")));
}

#[test]
fn a_name_that_is_not_found_is_tried_again_after_a_pause() {
    let mut scene = Scene::new(&[], &["a.example", "b.example"]);
    assert_eq!(scene.ask(0.0).1.len(), 2);
    let wishes = scene.found("a.example", Err(&LookupError::Nothing));
    assert!(wishes.walks.is_empty() && wishes.lookups.is_empty());
    assert_eq!(scene.ask(3.0).1, [""; 0]);
    scene.found("b.example", Ok(&[at("10.0.0.2:5")]));
    assert_eq!(
        scene.ask(27.0),
        (vec![at("10.0.0.2:5")], vec!["a.example".into()])
    );
    assert_eq!(scene.call(|one, cx| one.keep_alive(cx)).lookups, []);
    scene.now += LOOKUP_PAUSE;
    assert_eq!(scene.call(|one, cx| one.keep_alive(cx)).lookups.len(), 1);
    scene.found("a.example", Ok(&[at("10.0.0.3:5")]));
    assert_eq!(scene.ask(30.0).0.len(), 2);
}

#[test]
fn only_eight_addresses_of_a_name_count_and_other_names_are_ignored() {
    let mut scene = Scene::new(&[], &["a.example"]);
    let many: Vec<_> = (1..=200)
        .map(|port| SocketAddr::from(([10, 0, 0, 1], port)))
        .collect();
    assert!(
        scene.found("a.example", Ok(&many)).walks.is_empty(),
        "never asked"
    );
    scene.ask(0.0);
    assert!(scene.found("c.example", Ok(&many)).walks.is_empty());
    assert_eq!(
        scene.found("a.example", Ok(&many)).walks.len(),
        ADDRESSES_PER_NAME
    );
    assert_eq!(scene.bootstrapper.blacklist().len(), ADDRESSES_PER_NAME);
}

#[test]
fn a_bootstrapper_that_panics_stays_in_the_list() {
    struct Bad;
    impl Bootstrapper for Bad {
        fn get_addresses(&mut self, cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr> {
            cx.walk_to(at("10.0.0.1:5"));
            panic!("on purpose");
        }
    }
    let mut list = Bootstrappers::from(Bad);
    let mut rng = StdRng::from_seed([1; 32]);
    let mut room = crate::overlay::bootstrap::Room {
        now: Instant::now(),
        community_id: CommunityId::from_bytes([7; 20]),
        peers: 0,
        max_peers: 30,
        rng: &mut rng,
    };
    for _ in 0..2 {
        let called = list.call(0, &mut room, |one, cx| one.get_addresses(cx));
        let (addresses, wishes, outcome) = called.expect("the bootstrapper exists");
        assert_eq!(outcome, Err(crate::overlay::bootstrap::Panic("Bad")));
        assert!(addresses.is_empty() && wishes.walks.is_empty());
    }
    assert!(list.call(1, &mut room, |_, _| ()).is_none());
}
