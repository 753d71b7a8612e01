//! A node of ours and a Python one over IPv6 on loopback.

use std::net::{Ipv6Addr, SocketAddr};

use ipv8_tests::payloads::Timed;
use ipv8_tests::python::{PythonNeighbour, can_bind_or_skip};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions};
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
    // IPv6 can only be spoken in new style
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
    assert_eq!(ours.statistics().engine.dropped(), 0);
}
