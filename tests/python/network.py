"""
Several whole py-ipv8 nodes in one process. Each runs the DiscoveryCommunity, a
community that all nodes share, and a community that only py-ipv8's nodes run.

    network.py --listen ADDRESS ... --shared HEX --kind HEX [--bootstrap ADDRESS ...] [--beacon ADDRESS ...]
               [--walk-interval 0.5] [--duration 120]

There is one node for each address to listen at. Node i uses the i-th tracker and the i-th beacon target of the command line; the lists repeat.
Commands: {"command": "look"}, {"command": "stop"}. Events: `listening` (nodes: mid, address),
`nodes` (nodes: the view of each), `stopped`.
"""
from __future__ import annotations

import argparse
import asyncio
from base64 import b64encode

from ipv8.keyvault.crypto import default_eccrypto
from ipv8.peerdiscovery.network import PeerObserver
from ipv8_service import IPv8

from community import community_class
from harness import Control, address_text, emit, finish, keep_beacons_to_loopback, keep_to_sockets, parse_address


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", type=parse_address, action="append", required=True)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--kind", required=True)
    parser.add_argument("--bootstrap", type=parse_address, action="append", default=[])
    parser.add_argument("--beacon", type=parse_address, action="append", default=[])
    parser.add_argument("--walk-interval", type=float, default=0.5)
    parser.add_argument("--duration", type=float, default=120.0)
    return parser.parse_args()


def quiet(*_: object, **__: object) -> None:
    """Discard the reports of the test community: there would be too many."""


def walker(name: str, peers: int, **init: float) -> dict:
    """Return a strategy in py-ipv8's configuration format."""
    return {"strategy": name, "peers": peers, "init": init}


def configuration(args: argparse.Namespace, number: int) -> dict:
    """Return the configuration of one node: py-ipv8's default overlays for discovery."""
    key = default_eccrypto.generate_key("curve25519").key_to_bin()
    trackers = args.bootstrap[number % len(args.bootstrap):][:1] if args.bootstrap else []
    bootstrappers = [{"class": "DispersyBootstrapper", "init": {
        "ip_addresses": trackers, "dns_addresses": [], "bootstrap_timeout": 10.0}}]
    if args.beacon:
        bootstrappers.append({"class": "UDPBroadcastBootstrapper", "init": {"bootstrap_timeout": 30.0}})
    common = {"key": "mine", "on_start": []}
    random_walk = walker("RandomWalk", 20, timeout=3.0)
    return {
        "interfaces": [{"interface": "UDPIPv4", "ip": args.listen[number].ip, "port": args.listen[number].port}],
        "keys": [{"alias": "mine", "generation": "curve25519", "file": "", "bin": b64encode(key).decode()}],
        "logger": {"level": "ERROR"},
        "working_directory": ".",
        "walker_interval": args.walk_interval,
        "overlays": [
            {**common, "class": "DiscoveryCommunity", "bootstrappers": bootstrappers, "initialize": {},
             "walkers": [random_walk, walker("RandomChurn", -1), walker("PeriodicSimilarity", -1)]},
            {**common, "class": "Shared", "bootstrappers": bootstrappers, "initialize": {"report": quiet},
             "walkers": [random_walk]},
            {**common, "class": "Kind", "bootstrappers": [], "initialize": {"report": quiet}, "walkers": []},
        ],
    }


class Node(PeerObserver):
    """One node, and the peers that were removed from it."""

    def __init__(self, args: argparse.Namespace, number: int) -> None:
        """Create the node without starting it."""
        classes = {"Shared": community_class(args.shared), "Kind": community_class(args.kind)}
        self.ipv8 = IPv8(configuration(args, number), extra_communities=classes)
        self.removed: list[str] = []
        self.ipv8.network.add_peer_observer(self)
        for overlay in self.ipv8.overlays:
            overlay.beacon_target = args.beacon[number % len(args.beacon)] if args.beacon else None

    def on_peer_added(self, peer: object) -> None:
        """Do nothing: `look` lists the peers."""

    def on_peer_removed(self, peer: object) -> None:
        """Record the removed peer."""
        self.removed.append(peer.mid.hex())

    def identity(self) -> dict:
        """Return mid and address."""
        udp = self.ipv8.endpoint.interfaces["UDPIPv4"]
        return {"mid": self.ipv8.keys["mine"].mid.hex(), "address": address_text(udp.get_address())}

    def look(self) -> dict:
        """Return the node's view of its peers."""
        network, (discovery, shared, _) = self.ipv8.network, self.ipv8.overlays
        peers = {peer.mid.hex(): {"services": sorted(s.hex() for s in network.get_services_for_peer(peer)),
                                  "pings": len(peer.pings)} for peer in list(network.verified_peers)}
        return {**self.identity(), "peers": peers, "removed": self.removed,
                "discovery": [peer.mid.hex() for peer in discovery.get_peers()],
                "shared": [peer.mid.hex() for peer in shared.get_peers()]}


async def main() -> None:
    """Run until told to stop."""
    args = arguments()
    keep_to_sockets()
    keep_beacons_to_loopback()
    nodes = [Node(args, number) for number in range(len(args.listen))]
    control = Control(args.duration)
    for node in nodes:
        await node.ipv8.start()
    emit("listening", nodes=[node.identity() for node in nodes])
    reason = await control.obey({"look": lambda _: emit("nodes", nodes=[node.look() for node in nodes])})
    await finish(reason, asyncio.gather(*(node.ipv8.stop() for node in nodes)))


if __name__ == "__main__":
    asyncio.run(main())
