"""
A py-ipv8 node with the discovery community on loopback, with the strategies of py-ipv8's default
configuration, and any number of further communities without strategies.

    discovery.py [--community HEX40]... [--other-key HEX40]... [--listen 127.0.0.1:0] [--bootstrap ADDR]...
                 [--walker NAME:TARGET[,option=value...]]... [--walk-interval 0.5] [--max-peers 30] [--clock 0]
                 [--bootstrap-timeout 1] [--duration 600]

`--community` joins a community with the node's key, `--other-key` one with a second key. `--walker`
replaces the strategies of the discovery community: RandomWalk:20, RandomChurn:-1 and
PeriodicSimilarity:-1. `--clock` is the first value of the message counter.

Commands: {"command": "peers"}, {"command": "introduce_to", "to": ADDR, "mid": hex},
{"command": "stats"}, {"command": "stop"}. Each command except `stop` is answered with an event:
`peers` (each with mid, address, services, pings in seconds), `asked`, `stats`, or `error`.

Events: `listening` (address, mid, public_key) comes first, `stopped` (reason) last; in between
`peer_added` and `peer_removed` (mid, address), `latency` (mid, seconds), and `similarity` (mid,
services) for each received response.
"""
from __future__ import annotations

import argparse
import asyncio
from base64 import b64encode
from typing import TYPE_CHECKING

from ipv8.keyvault.crypto import default_eccrypto
from ipv8.messaging.payload_headers import BinMemberAuthenticationPayload, GlobalTimeDistributionPayload
from ipv8.peerdiscovery.community import DiscoveryCommunity, PingRequestCache
from ipv8.peerdiscovery.network import PeerObserver
from ipv8.peerdiscovery.payload import DiscoveryIntroductionRequestPayload, SimilarityResponsePayload
from ipv8_service import IPv8

from community import community_class
from harness import Counters, Control, address_text, emit, finish, keep_to_loopback, parse_address
from peer import interface, walker

if TYPE_CHECKING:
    from ipv8.peer import Peer

WALKERS = ["RandomWalk:20,timeout=3.0", "RandomChurn:-1", "PeriodicSimilarity:-1"]


class Watcher(PeerObserver):
    """Reports peers that are added or removed, in any overlay."""

    def on_peer_added(self, peer: Peer) -> None:
        """Report a peer that became verified."""
        emit("peer_added", mid=peer.mid.hex(), address=address_text(peer.address))

    def on_peer_removed(self, peer: Peer) -> None:
        """Report a peer that was removed."""
        emit("peer_removed", mid=peer.mid.hex(), address=address_text(peer.address))


class ReportingDiscovery(DiscoveryCommunity):
    """The discovery community with reports added."""

    def on_similarity_response(self, source_address: tuple, data: bytes) -> None:
        """Report the decoded message, then handle it as usual."""
        auth, _, payload = self._ez_unpack_auth(SimilarityResponsePayload, data)
        key = default_eccrypto.key_from_public_bin(auth.public_key_bin)
        emit("similarity", mid=key.key_to_hash().hex(), services=[s.hex() for s in payload.preference_list])
        super().on_similarity_response(source_address, data)


def report_pings() -> None:
    """Make every answered ping emit an event."""
    finish_ping = PingRequestCache.finish

    def reporting(self: PingRequestCache) -> None:
        finish_ping(self)
        emit("latency", mid=self.peer.mid.hex(), seconds=self.peer.pings[-1])

    PingRequestCache.finish = reporting


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--community", action="append", default=[])
    parser.add_argument("--other-key", action="append", default=[])
    parser.add_argument("--listen", type=parse_address, default=parse_address("127.0.0.1:0"))
    parser.add_argument("--bootstrap", type=parse_address, action="append", default=[])
    parser.add_argument("--bootstrap-timeout", type=float, default=1.0)
    parser.add_argument("--walker", type=walker, action="append")
    parser.add_argument("--walk-interval", type=float, default=0.5)
    parser.add_argument("--max-peers", type=int, default=30)
    parser.add_argument("--clock", type=int, default=0)
    parser.add_argument("--duration", type=float, default=600.0)
    return parser.parse_args()


def configuration(args: argparse.Namespace) -> dict:
    """Return the configuration of all overlays, in py-ipv8's form."""
    def key(alias: str) -> dict:
        made = default_eccrypto.generate_key("curve25519").key_to_bin()
        return {"alias": alias, "generation": "curve25519", "file": "", "bin": b64encode(made).decode()}

    def beside(name: str, alias: str) -> dict:
        return {"class": name, "key": alias, "walkers": [], "bootstrappers": [], "on_start": [],
                "initialize": {"max_peers": args.max_peers}}

    bootstrappers = [{"class": "DispersyBootstrapper", "init": {
        "ip_addresses": args.bootstrap, "dns_addresses": [], "bootstrap_timeout": args.bootstrap_timeout}}]
    discovery = {"class": "ReportingDiscovery", "key": "mine",
                 "walkers": [walker(text) for text in WALKERS] if args.walker is None else args.walker,
                 "bootstrappers": bootstrappers if args.bootstrap else [], "on_start": [],
                 "initialize": {"max_peers": args.max_peers}}
    return {
        "interfaces": [{"interface": interface(args), "ip": args.listen[0], "port": args.listen[1]}],
        "keys": [key("mine"), key("other")],
        "logger": {"level": "WARNING"},
        "working_directory": ".",
        "walker_interval": args.walk_interval,
        "overlays": [discovery, *[beside(name, "mine") for name in args.community],
                     *[beside(name, "other") for name in args.other_key]],
    }


class Commands:
    """The commands for the running node."""

    def __init__(self, overlay: DiscoveryCommunity, counters: Counters) -> None:
        """Serve the node of `overlay`."""
        self.overlay, self.counters = overlay, counters

    def handlers(self) -> dict:
        """Return the handlers by the name of their command."""
        return {"peers": self.peers, "introduce_to": self.introduce_to, "stats": self.stats}

    def peers(self, _: dict) -> None:
        """List all verified peers with the known facts about them."""
        network = self.overlay.network
        emit("peers", peers=[{
            "mid": peer.mid.hex(), "address": address_text(peer.address), "pings": list(peer.pings),
            "services": sorted(service.hex() for service in network.get_services_for_peer(peer)),
        } for peer in network.verified_peers])

    def introduce_to(self, command: dict) -> None:
        """Ask the peer at `to` for an introduction to the peer with this mid."""
        overlay, to = self.overlay, parse_address(command["to"])
        time = overlay.claim_global_time() % 65536
        payload = DiscoveryIntroductionRequestPayload(bytes.fromhex(command["mid"]), to, overlay.my_estimated_lan,
                                                      overlay.my_estimated_wan, True, "unknown", time, b"")
        auth = BinMemberAuthenticationPayload(overlay.my_peer.public_key.key_to_bin())
        dist = GlobalTimeDistributionPayload(time)
        packet = overlay._ez_pack(overlay.get_prefix(), 246, [auth, dist, payload])
        overlay.endpoint.send(to, packet)
        emit("asked", to=address_text(to))

    def stats(self, _: dict) -> None:
        """Report the socket's traffic, in total and by message id."""
        emit("stats", clock=self.overlay.global_time, **self.counters.fields())


async def main() -> None:
    """Run until told to stop."""
    args = arguments()
    keep_to_loopback(args.listen[0])
    report_pings()
    beside = {name: community_class(name) for name in [*args.community, *args.other_key]}
    for cls in beside.values():
        cls.accepted = lambda self, *_, **__: None
        cls.on_peer_added = cls.on_peer_removed = lambda self, peer: None
    ipv8 = IPv8(configuration(args), extra_communities={"ReportingDiscovery": ReportingDiscovery, **beside})
    overlay = ipv8.overlays[0]
    overlay.network.add_peer_observer(Watcher())
    overlay.my_peer.update_clock(args.clock)
    udp = ipv8.endpoint.interfaces[interface(args)]
    counters = Counters(udp)
    control = Control(args.duration)
    await ipv8.start()
    emit("listening", address=address_text(udp.get_address()), mid=overlay.my_peer.mid.hex(),
         public_key=overlay.my_peer.public_key.key_to_bin().hex())
    reason = await control.obey(Commands(overlay, counters).handlers())
    await finish(reason, ipv8.stop())


if __name__ == "__main__":
    asyncio.run(main())
