//! A Rust node and a Python node over IPv6 on loopback.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use ipv8_tests::payloads::Timed;
use ipv8_tests::python::{PythonNeighbour, can_bind_or_skip};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions, until};
use serde_json::json;

const COMMUNITY: &str = "69707638206f7665722069707636207361667365";

#[test]
fn nodes_on_ipv6_verify_each_other_and_talk() {
    let listen = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    if !can_bind_or_skip(&[listen]) {
        return;
    }
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut theirs = python.peer(COMMUNITY, &["--listen", &listen.to_string()]);
    let listening = theirs.listening();
    let mut options = RustNodeOptions::new(COMMUNITY);
    options.listen = listen;
    let mut ours = RustNode::start(&options);

    ours.walk_to(listening.address);
    ours.wait_for_peer(&listening.mid);
    theirs.wait_for_peer(&ours.mid());
    theirs.walk_to(ours.address());
    let response = theirs.wait_for_event("introduction_response");
    // IPv6 addresses need the new style.
    let traffic = theirs.traffic();
    assert_eq!(traffic.ids_in, [(234, 1), (233, 1)].into());
    assert_eq!(traffic.ids_out, [(234, 1), (233, 1)].into());
    assert_eq!(response["mid"], ours.mid());
    assert_eq!(
        response["fields"]["destination_address"],
        listening.address.to_string()
    );

    let said = Timed {
        identifier: 6,
        text: "over IPv6".to_owned(),
    };
    ours.send_to(listening.address, said);
    let heard = theirs.wait_for_event("message");
    assert_eq!(heard["address"], ours.address().to_string());
    assert_eq!(heard["mid"], ours.mid());
    let fields = json!({"identifier": 7, "text": "and back"});
    theirs.ask(
        &json!({"command": "send", "message": "timed", "to": ours.mid(), "fields": fields}),
        "sent",
    );
    let heard = ours.wait_for_event("message");
    assert_eq!(
        (&heard["mid"], &heard["fields"]),
        (&json!(listening.mid), &fields)
    );
    assert_eq!(ours.stats().engine.dropped(), 0);
}

#[test]
fn a_python_node_known_by_ipv4_is_learned_by_ipv6() {
    let (here, listen6) = (
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
    );
    if !can_bind_or_skip(&[listen6]) {
        return;
    }
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (text, text6) = (here.to_string(), listen6.to_string());
    let arguments = [
        "--community",
        COMMUNITY,
        "--listen",
        &text,
        "--listen6",
        &text6,
    ];
    let mut theirs = python.start("peer.py", &arguments);
    let listening = theirs.wait_for_event("listening");
    let [ipv4, ipv6] = ["address", "address6"].map(|name| {
        let address = listening[name].as_str().expect("an address");
        address.parse::<SocketAddr>().expect("an address")
    });
    let mid = listening["mid"].as_str().expect("a mid");
    let mut options = RustNodeOptions::new(COMMUNITY);
    options.listen6 = Some(listen6);
    let mut ours = RustNode::start(&options);
    // In the old style the Python node cannot name its other address; from the second request on it
    // can.
    ours.walk_to(ipv4);
    ours.wait_for_peer(mid);
    assert!(!ours.peers()[0].has_address(&ipv6));
    ours.ask_peer(mid);
    // We ask it to puncture to our IPv6 address, and it does.
    until("its IPv6 address", || {
        ours.peers()[0].has_address(&ipv6).then_some(())
    });
    assert!(ours.peers()[0].has_address(&ipv4));
}
