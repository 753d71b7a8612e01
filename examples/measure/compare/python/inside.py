"""
The cost of single calls of py-ipv8, without a socket.

Each line of the input asks for one figure. Each line of the output is the answer:

    {"do": "random-walk", "addresses": N, "steps": n}   a RandomWalk step to one of N addresses
    {"do": "edge-walk", "addresses": N, "steps": n}     an EdgeWalk step, with six edges waiting
    {"do": "lookup", "peers": N, "count": n}            looking up an address of none of N peers
    {"do": "hostile", "datagram": hex, "count": n}      handling a received datagram of a stranger

Answers have the median `seconds`. Answers about steps also have `datagrams`, the number per step.
"""
from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from statistics import median
from time import perf_counter

from ipv8.community import Community, CommunitySettings
from ipv8.keyvault.crypto import default_eccrypto
from ipv8.messaging.interfaces.endpoint import Endpoint
from ipv8.messaging.interfaces.udp.endpoint import UDPv4Address
from ipv8.peer import Peer
from ipv8.peerdiscovery.discovery import EdgeWalk, RandomWalk
from ipv8.peerdiscovery.network import Network

from measured import begin, say

INTRODUCERS = 20
WARM_UP = 7
STRANGER = UDPv4Address("127.9.9.9", 9)


class Plain(Community):
    """A community without messages."""

    community_id = b"compare with py-ipv8"


class Sink(Endpoint):
    """Counts the sent datagrams and discards them."""

    sent = 0

    def assert_open(self) -> None:
        """Do nothing: it is always open."""

    def is_open(self) -> bool:
        """Return `True`: it is always open."""
        return True

    def get_address(self) -> UDPv4Address:
        """Return a made-up address."""
        return UDPv4Address("127.0.0.1", 8090)

    def send(self, socket_address: tuple, packet: bytes) -> None:
        """Count the datagram."""
        self.sent += 1

    async def open(self) -> bool:
        """Return `True`: it is always open."""
        return True

    def close(self) -> None:
        """Do nothing: there is no socket."""

    def reset_byte_counters(self) -> None:
        """Do nothing: there are no counters."""


def address(number: int) -> UDPv4Address:
    """Return address `number`."""
    return UDPv4Address(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 1024)


class World:
    """An overlay with known peers, and addresses that these peers introduced."""

    def __init__(self, peers: int, addresses: int = 0) -> None:
        """Fill the network."""
        self.endpoint = Sink()
        me = Peer(default_eccrypto.generate_key("curve25519"), ("127.0.0.1", 8090))
        self.overlay = Plain(CommunitySettings(my_peer=me, endpoint=self.endpoint, network=Network(), max_peers=-1))
        network, service = self.overlay.network, self.overlay.community_id
        known = []
        for number in range(peers):
            key = default_eccrypto.generate_key("curve25519").pub()
            peer = Peer(key, UDPv4Address(f"11.0.{number // 250}.{number % 250 + 1}", 1024))
            network.add_verified_peer(peer)
            network.discover_services(peer, [service])
            known.append(peer)
        for number in range(addresses):
            network.discover_address(known[number % peers], address(number), service)

    def steps(self, strategy: object, warm_up: int, count: int) -> dict:
        """Measure `count` steps of the strategy, after `warm_up` steps."""
        for _ in range(warm_up):
            strategy.take_step()
        before, times = self.endpoint.sent, []
        for _ in range(count):
            start = perf_counter()
            strategy.take_step()
            times.append(perf_counter() - start)
        return {"seconds": median(times), "datagrams": (self.endpoint.sent - before) / count}


class Figures:
    """The figures, and the overlays that they are measured in."""

    def __init__(self) -> None:
        """Begin without overlays."""
        self.worlds: dict = {}

    def world(self, peers: int, addresses: int = 0) -> World:
        """Return an overlay of this size; each is created once."""
        if (peers, addresses) not in self.worlds:
            self.worlds[peers, addresses] = World(peers, addresses)
        return self.worlds[peers, addresses]

    def random_walk(self, question: dict) -> dict:
        """Measure steps that walk to one address each and wait for nothing."""
        world = self.world(INTRODUCERS, question["addresses"])
        return world.steps(RandomWalk(world.overlay, timeout=1e6, window_size=0, reset_chance=0), 0, question["steps"])

    def edge_walk(self, question: dict) -> dict:
        """Measure steps while all edges wait. One step finds neighbours and six begin edges before."""
        world = self.world(INTRODUCERS, question["addresses"])
        return world.steps(EdgeWalk(world.overlay), WARM_UP, question["steps"])

    def lookup(self, question: dict) -> dict:
        """Look up addresses of no peer."""
        network, times = self.world(question["peers"]).overlay.network, []
        for number in range(question["count"]):
            unknown = address(number)
            start = perf_counter()
            network.get_verified_by_address(unknown)
            times.append(perf_counter() - start)
        return {"seconds": median(times)}

    def hostile(self, question: dict) -> dict:
        """Handle a received datagram."""
        endpoint, datagram, times = self.world(INTRODUCERS).endpoint, bytes.fromhex(question["datagram"]), []
        for _ in range(question["count"]):
            start = perf_counter()
            endpoint.notify_listeners((STRANGER, datagram))
            times.append(perf_counter() - start)
        return {"seconds": median(times)}


async def main() -> None:
    """Answer until the end of the input."""
    begin()
    # Warnings are formatted, as by default, and discarded.
    logging.basicConfig(level=logging.WARNING, stream=open(os.devnull, "w"))  # noqa: SIM115
    figures = Figures()
    for line in sys.stdin:
        question = json.loads(line)
        say(**getattr(figures, question["do"].replace("-", "_"))(question))
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
