"""
A py-ipv8 node on loopback, controlled by its command line and by JSON lines on stdin.

    peer.py --community HEX40 [--listen 127.0.0.1:0] [--listen6 [::1]:0] [--bootstrap ADDR]...
            [--walker NAME:TARGET[,option=value...]]... [--walk-interval 0.5] [--max-peers 30]
            [--key HEX148] [--old-style] [--bootstrap-timeout 1] [--broadcast | --broadcast-silent]
            [--duration 120]

Commands:
{"command": "send", "message": "everything" | "plain" | "timed", "to": ADDR or mid, "fields": {...}},
{"command": "send_raw", "to": ADDR, "packet": hex}, {"command": "walk_to", "to": ADDR},
{"command": "ask", "to": mid}, {"command": "snapshot"}, {"command": "load_snapshot", "bytes": hex},
{"command": "peers"}, {"command": "stats"}, {"command": "stop"}. Each command except `stop` is
answered with an event: `sent`, `walked`, `asked`, `snapshot`, `loaded`, `peers`, `stats`, or `error`.

Events: `listening` (address, mid, public_key) comes first, `stopped` (reason) last; in between
`peer_added` and `peer_removed` (mid, address), and for accepted messages `introduction_request`,
`introduction_response`, `puncture_request`, `puncture` and `message` (name), each with id, address,
mid, public_key, global_time and fields.
"""
from __future__ import annotations

import argparse
import asyncio
from base64 import b64encode
from typing import TYPE_CHECKING

from ipv8.bootstrapping.udpbroadcast.bootstrapper import UDPBroadcastBootstrapper
from ipv8.keyvault.crypto import default_eccrypto
from ipv8.messaging.interfaces.endpoint import EndpointListener
from ipv8.messaging.payload_headers import GlobalTimeDistributionPayload
from ipv8_service import IPv8

from community import ReportingCommunity, community_class
from harness import Counters, Control, address_text, build, emit, finish, keep_to_loopback, parse_address
from payloads import MESSAGES

if TYPE_CHECKING:
    from ipv8.peer import Peer


def walker(text: str) -> dict:
    """Parse "RandomWalk:20,timeout=3.0" into a strategy in py-ipv8's configuration format."""
    head, *options = text.split(",")
    name, _, target = head.partition(":")
    init = {}
    for option in options:
        key, _, value = option.partition("=")
        init[key] = float(value) if "." in value else int(value)
    return {"strategy": name, "peers": int(target), "init": init}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--community", required=True)
    parser.add_argument("--listen", type=parse_address, default=parse_address("127.0.0.1:0"))
    parser.add_argument("--listen6", type=parse_address, help="a second, IPv6 address")
    parser.add_argument("--bootstrap", type=parse_address, action="append", default=[])
    parser.add_argument("--bootstrap-timeout", type=float, default=1.0)
    parser.add_argument("--broadcast", action="store_true", help="send beacons, and follow them")
    parser.add_argument("--broadcast-silent", action="store_true", help="follow beacons, send none")
    parser.add_argument("--walker", type=walker, action="append", default=[])
    parser.add_argument("--walk-interval", type=float, default=0.5)
    parser.add_argument("--max-peers", type=int, default=30)
    parser.add_argument("--key", help="private key, hex; a new one when left out")
    parser.add_argument("--old-style", action="store_true")
    parser.add_argument("--duration", type=float, default=120.0)
    return parser.parse_args()


def interface(args: argparse.Namespace) -> str:
    """Return the name of the interface for `--listen`."""
    return "UDPIPv6" if ":" in args.listen[0] else "UDPIPv4"


def configuration(args: argparse.Namespace) -> dict:
    """Return the configuration of the one overlay, in py-ipv8's form."""
    key = bytes.fromhex(args.key) if args.key else default_eccrypto.generate_key("curve25519").key_to_bin()
    bootstrappers = [{"class": "DispersyBootstrapper", "init": {
        "ip_addresses": args.bootstrap, "dns_addresses": [], "bootstrap_timeout": args.bootstrap_timeout}}]
    if not args.bootstrap:
        bootstrappers.clear()
    if args.broadcast or args.broadcast_silent:
        bootstrappers.append({"class": "UDPBroadcastBootstrapper", "init": {"bootstrap_timeout": args.bootstrap_timeout}})
    interfaces = [{"interface": interface(args), "ip": args.listen[0], "port": args.listen[1]}]
    if args.listen6:
        interfaces.append({"interface": "UDPIPv6", "ip": args.listen6[0], "port": args.listen6[1]})
    return {
        "interfaces": interfaces,
        "keys": [{"alias": "mine", "generation": "curve25519", "file": "", "bin": b64encode(key).decode()}],
        "logger": {"level": "WARNING"},
        "working_directory": ".",
        "walker_interval": args.walk_interval,
        "overlays": [{"class": "TestCommunity", "key": "mine", "walkers": args.walker,
                      "bootstrappers": bootstrappers, "on_start": [],
                      "initialize": {"max_peers": args.max_peers, "report": emit}}],
    }


class Commands:
    """The commands for the running overlay."""

    def __init__(self, overlay: ReportingCommunity, counters: Counters) -> None:
        """Serve `overlay`."""
        self.overlay, self.counters = overlay, counters

    def handlers(self) -> dict:
        """Return the handlers by the name of their command."""
        return {"send": self.send, "send_raw": self.send_raw, "walk_to": self.walk_to, "ask": self.ask,
                "bootstrap": self.bootstrap,
                "snapshot": self.snapshot, "load_snapshot": self.load_snapshot,
                "peers": self.peers, "stats": self.stats}

    def address(self, text: str) -> tuple:
        """Return the address named by an address or a mid."""
        return parse_address(text) if ":" in text else self.peer(text).address

    def peer(self, mid: str) -> Peer:
        """Return the verified peer with this mid."""
        for peer in self.overlay.network.verified_peers:
            if peer.mid.hex() == mid:
                return peer
        msg = f"no verified peer {mid}"
        raise LookupError(msg)

    def send(self, command: dict) -> None:
        """Send a test message the way `ez_send` does."""
        name, to = command["message"], self.address(command["to"])
        payload = build(MESSAGES[name], command["fields"])
        payloads = [payload]
        if name == "timed":
            payloads.insert(0, GlobalTimeDistributionPayload(self.overlay.claim_global_time()))
        packet = self.overlay.ezr_pack(payload.msg_id, *payloads, sig=name != "plain")
        self.overlay.endpoint.send(to, packet)
        emit("sent", message=name, to=address_text(to), packet=packet.hex())

    def send_raw(self, command: dict) -> None:
        """Send the bytes of the command."""
        to, packet = self.address(command["to"]), bytes.fromhex(command["packet"])
        self.overlay.endpoint.send(to, packet)
        emit("sent", message="raw", to=address_text(to), packet=packet.hex())

    def walk_to(self, command: dict) -> None:
        """Send an introduction request to an address."""
        to = self.address(command["to"])
        self.overlay.walk_to(to)
        emit("walked", to=address_text(to))

    def bootstrap(self, _: dict) -> None:
        """Send an introduction request to every tracker."""
        self.overlay.bootstrap()
        emit("bootstrapped")

    def snapshot(self, _: dict) -> None:
        """Take a snapshot of the network."""
        emit("snapshot", bytes=self.overlay.network.snapshot().hex())

    def load_snapshot(self, command: dict) -> None:
        """Load a snapshot into the network, and list all known addresses."""
        self.overlay.network.load_snapshot(bytes.fromhex(command["bytes"]))
        emit("loaded", addresses=sorted(address_text(a) for a in self.overlay.network._all_addresses))

    def ask(self, command: dict) -> None:
        """Send an introduction request to a verified peer, in the style it is known to understand."""
        peer = self.peer(command["to"])
        self.overlay.send_introduction_request(peer)
        emit("asked", to=address_text(peer.address))

    def peers(self, _: dict) -> None:
        """List the peers, estimates and walkable addresses of the overlay."""
        overlay = self.overlay
        emit("peers", lan=address_text(overlay.my_estimated_lan), wan=address_text(overlay.my_estimated_wan),
             walkable=[address_text(a) for a in overlay.get_walkable_addresses()],
             peers=[{"mid": p.mid.hex(), "address": address_text(p.address), "new_style": bool(p.new_style_intro),
                     "addresses": sorted(address_text(a) for a in p.addresses.values())} for p in overlay.get_peers()])

    def stats(self, _: dict) -> None:
        """Report the socket's traffic, in total and by message id."""
        emit("stats", peers=len(self.overlay.get_peers()), walkable=len(self.overlay.get_walkable_addresses()),
             **self.counters.fields())


async def main() -> None:
    """Run until told to stop."""
    args = arguments()
    keep_to_loopback(args.listen[0])
    if args.broadcast_silent:
        UDPBroadcastBootstrapper.beacon = lambda self, prefix: None
    ipv8 = IPv8(configuration(args),
                extra_communities={"TestCommunity": community_class(args.community, args.old_style)})
    overlay = ipv8.overlays[0]
    udp = ipv8.endpoint.interfaces[interface(args)]
    counters = Counters(udp)
    if args.listen6:
        # py-ipv8 would use the preferred interface, which is the IPv4 one
        EndpointListener.get_ipv6_address = lambda self: ipv8.endpoint.interfaces["UDPIPv6"].get_address()[:2]
    control = Control(args.duration)
    await ipv8.start()
    emit("listening", address=address_text(udp.get_address()), mid=overlay.my_peer.mid.hex(),
         address6=address_text(ipv8.endpoint.interfaces["UDPIPv6"].get_address()) if args.listen6 else None,
         public_key=overlay.my_peer.public_key.key_to_bin().hex())
    reason = await control.obey(Commands(overlay, counters).handlers())
    await finish(reason, ipv8.stop())


if __name__ == "__main__":
    asyncio.run(main())
