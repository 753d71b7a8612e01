"""The other side of `main.rs`: a py-ipv8 peer that greets every peer it finds.

Install it with `pip install pyipv8==3.2.1`, start `cargo run --example talk_to_python`, then run
this file. An argument changes the tracker's address.
"""
import asyncio
import sys

from ipv8.community import Community
from ipv8.configuration import (Bootstrapper, BootstrapperDefinition, ConfigBuilder, Strategy,
                                WalkerDefinition)
from ipv8.lazy_community import lazy_wrapper
from ipv8.messaging.lazy_payload import VariablePayload, vp_compile
from ipv8.peerdiscovery.network import PeerObserver
from ipv8_service import IPv8


@vp_compile
class Hello(VariablePayload):
    """The same message as `Hello` in `main.rs`: field by field, in this order."""

    msg_id = 1
    format_list = ["varlenHutf8", "I"]
    names = ["text", "count"]


class HelloCommunity(Community, PeerObserver):
    """Greets every peer; `greeted` is set when a peer greets back."""

    community_id = b"hello rust and pyipv"

    def __init__(self, settings):
        super().__init__(settings)
        self.greeted = asyncio.Event()
        self.add_message_handler(Hello, self.on_hello)

    def started(self):
        self.network.add_peer_observer(self)

    def on_peer_added(self, peer):
        self.ez_send(peer, Hello("hello from Python", 1))

    def on_peer_removed(self, peer):
        pass

    @lazy_wrapper(Hello)
    def on_hello(self, peer, hello):
        print(f"{peer} says {hello.text!r}, count {hello.count}", flush=True)
        self.greeted.set()


async def main(tracker):
    host, port = tracker.rsplit(":", 1)
    bootstrapper = BootstrapperDefinition(Bootstrapper.DispersyBootstrapper,
                                          {"ip_addresses": [(host, int(port))], "dns_addresses": []})
    builder = ConfigBuilder().clear_keys().clear_overlays().set_address("127.0.0.1").set_port(0)
    builder.add_ephemeral_key("my peer")
    builder.add_overlay("HelloCommunity", "my peer",
                        [WalkerDefinition(Strategy.RandomWalk, 20, {"timeout": 3.0})],
                        [bootstrapper], {}, [("started",)])
    ipv8 = IPv8(builder.finalize(), extra_communities={"HelloCommunity": HelloCommunity})
    await ipv8.start()
    await ipv8.get_overlay(HelloCommunity).greeted.wait()
    await asyncio.sleep(1)  # Rust may still wait for our greeting.
    await ipv8.stop()


asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:6421"))
