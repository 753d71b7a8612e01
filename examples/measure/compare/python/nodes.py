"""
Many py-ipv8 nodes and a tracker on loopback, in one process: the time to find enough peers.

Input: {"nodes": n, "peers": p}. Output: {"seconds": [of each node], "datagrams": n}, once all nodes
have p peers or 60 s have passed.
"""
from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from time import perf_counter

from ipv8.community import Community, CommunitySettings
from ipv8.configuration import get_default_configuration
from ipv8.keyvault.crypto import default_eccrypto
from ipv8.messaging.interfaces.udp.endpoint import UDPEndpoint
from ipv8.peer import Peer
from ipv8.peerdiscovery.network import Network, PeerObserver
from ipv8_service import IPv8

from measured import begin, say

sys.path.append(str(Path(__file__).resolve().parents[4] / "tests" / "python"))
import tracker as tracker_of_tests  # noqa: E402
from harness import keep_to_loopback  # noqa: E402

LIMIT = 60.0


class Plain(Community):
    """A community without messages."""

    community_id = b"compare with py-ipv8"


class Node(PeerObserver):
    """A node that records the time until it has enough peers."""

    sent = 0

    def __init__(self, server: tuple, enough: int) -> None:
        """Create the node with a default random walk."""
        configuration = get_default_configuration()
        configuration["interfaces"] = [{"interface": "UDPIPv4", "ip": "127.0.0.1", "port": 0}]
        configuration["keys"] = [{"alias": "mine", "generation": "curve25519", "file": ""}]
        configuration["logger"] = {"level": "ERROR"}
        configuration["overlays"] = [{
            "class": "Plain", "key": "mine", "on_start": [], "initialize": {},
            "walkers": [{"strategy": "RandomWalk", "peers": enough, "init": {}}],
            "bootstrappers": [{"class": "DispersyBootstrapper", "init": {
                "ip_addresses": [server], "dns_addresses": [], "bootstrap_timeout": 30.0}}]}]
        self.ipv8 = IPv8(configuration, extra_communities={"Plain": Plain})
        self.overlay, self.enough = self.ipv8.overlays[0], enough
        self.overlay.network.add_peer_observer(self)
        self.started = self.took = None

    async def start(self) -> None:
        """Start the node and count the datagrams that it sends from then on."""
        self.started = perf_counter()
        await self.ipv8.start()
        endpoint = self.ipv8.endpoint.interfaces["UDPIPv4"]
        send = endpoint.send

        def counted(address: tuple, packet: bytes) -> None:
            self.sent += 1
            send(address, packet)

        endpoint.send = counted

    def on_peer_added(self, peer: Peer) -> None:
        """Record the time once there are enough peers."""
        if self.took is None and len(self.overlay.network.verified_peers) >= self.enough:
            self.took = perf_counter() - self.started

    def on_peer_removed(self, peer: Peer) -> None:
        """Do nothing: the time is recorded once."""


async def serve() -> tuple:
    """Start a tracker and return its address."""
    tracker_of_tests.emit = lambda *_, **__: None
    endpoint = UDPEndpoint(port=0, ip="127.0.0.1")
    await endpoint.open()
    key = Peer(default_eccrypto.generate_key("very-low"))
    server = tracker_of_tests.Tracker(CommunitySettings(my_peer=key, endpoint=endpoint, network=Network()))
    server.register_task("churn", tracker_of_tests.Churn(server, 100).take_step, interval=10.0)
    return endpoint.get_address()


async def main() -> None:
    """Run until all nodes have enough peers."""
    arguments = begin()
    keep_to_loopback()
    server = await serve()
    nodes = [Node(server, arguments["peers"]) for _ in range(arguments["nodes"])]
    for node in nodes:
        await node.start()
    begun = perf_counter()
    while any(node.took is None for node in nodes) and perf_counter() - begun < LIMIT:
        await asyncio.sleep(0.01)
    say(seconds=[LIMIT if node.took is None else node.took for node in nodes], datagrams=sum(node.sent for node in nodes))
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
