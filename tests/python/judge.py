"""
Says how py-ipv8 judges packets: accepted or not, what it read, what it did.

    judge.py judge --community HEX40 [--key HEX148] [--max-peers 30] [--keep-state]
    judge.py make --community HEX40 [--count 5000] [--seed 1] [--key HEX148] [--max-peers 30] [--no-legacy] [--no-special]

`judge` reads {"packet": hex, "source": ADDR, ...} a line on stdin and prints one verdict a line, in order; verdicts are
flushed at an empty line and at the end of the input. `make` prints `--count` packets of its own making (see
`packets.py`), each with its verdict and with packet, source, kind and deterministic (false: the bytes hold a random signature).

Every packet is judged by a node that knows nobody, unless `--keep-state` lets it remember. A verdict has
- n: the number of the packet, from 0
- verdict: "accepted" (decoded, and verified where signed: the handler ran), "refused" (by decoding or by the
  signature), "unknown" (no handler for the id), "deprecated" (an id that is only logged), "foreign" (another prefix),
  "raised" (an error escaped: only for a packet that is exactly the prefix; it has no effect)
- id: the message id, null when there is none or the prefix is foreign
- error: null, or the text of what was raised while handling; an accepted packet can have one too
- event, mid, public_key, global_time, fields: what was accepted, as in the events of `peer.py`
- added: the mids of the peers that became verified
- sent: the messages sent because of it, in order, as hex, and to: their destinations
- new_addresses: addresses known only since, and wan: the WAN estimate afterwards
"""
from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import sys

from ipv8.keyvault.crypto import default_eccrypto
from ipv8.messaging.interfaces.endpoint import Endpoint
from ipv8.messaging.interfaces.udp.endpoint import UDPv4Address
from ipv8.peer import Peer
from ipv8.peerdiscovery.network import Network

from community import ReportingCommunity, ReportingSettings, community_class
from harness import address_text, keep_to_loopback, parse_address
from packets import Maker

DEFAULT_KEY = b"LibNaCLSK:" + bytes(range(64))
OWN_ADDRESS = UDPv4Address("127.0.0.1", 8090)


class RecordingEndpoint(Endpoint):
    """An open endpoint that only remembers what is sent."""

    def __init__(self) -> None:
        """Nothing is sent yet."""
        super().__init__()
        self.interfaces = {"UDPIPv4": self}
        self.sent: list[tuple] = []

    def assert_open(self) -> None:
        """It is."""

    def is_open(self) -> bool:
        """It is."""
        return True

    def get_address(self) -> UDPv4Address:
        """Where we would listen."""
        return OWN_ADDRESS

    def send(self, socket_address: tuple, packet: bytes) -> None:
        """Remember it."""
        self.sent.append((socket_address, packet))

    async def open(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Nothing to do."""

    def reset_byte_counters(self) -> None:
        """None are kept."""


class Errors(logging.Handler):
    """Remembers the exception that a handler of the community raised: py-ipv8 logs and swallows it."""

    last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception of a record."""
        if record.exc_info:
            self.last = record.exc_info[1]


class Judge:
    """One overlay, asked packet after packet."""

    def __init__(self, args: argparse.Namespace) -> None:
        """Make the overlay; needs a running event loop."""
        self.key = default_eccrypto.key_from_private_bin(bytes.fromhex(args.key) if args.key else DEFAULT_KEY)
        self.keep_state = args.keep_state
        self.accepted: dict | None = None
        self.added: list[str] = []
        self.endpoint = RecordingEndpoint()
        settings = ReportingSettings(my_peer=Peer(self.key), endpoint=self.endpoint, network=Network(),
                                     max_peers=args.max_peers, report=self.report)
        self.overlay: ReportingCommunity = community_class(args.community)(settings)
        self.errors = Errors()
        logger = logging.Logger("judge")  # belongs to no hierarchy: nothing is printed
        logger.addHandler(self.errors)
        self.overlay.logger = logger
        self.forget()
        self.count = 0

    def report(self, event: str, **fields: object) -> None:
        """Take what the community reports."""
        if event == "peer_added":
            self.added.append(fields["mid"])
        elif event != "peer_removed":
            self.accepted = {"event": event, **fields}

    def forget(self) -> None:
        """Become a node that has just started and knows nobody."""
        overlay = self.overlay
        overlay.my_peer = Peer(self.key)
        overlay.network = Network()
        overlay.network.register_service_provider(overlay.community_id, overlay)
        overlay.network.blacklist_mids.append(overlay.my_peer.mid)
        overlay.network.add_peer_observer(overlay)
        overlay.my_estimated_lan = OWN_ADDRESS
        overlay.my_estimated_wan = UDPv4Address("0.0.0.0", 0)

    def judge(self, packet: bytes, source: tuple) -> dict:
        """The verdict on one packet."""
        if not self.keep_state:
            self.forget()
        overlay = self.overlay
        self.accepted, self.added, self.errors.last, escaped = None, [], None, None
        self.endpoint.sent.clear()
        before = set(overlay.network._all_addresses)
        random.seed(self.count)  # whom to introduce is drawn at random
        try:
            self.endpoint.notify_listeners((source, packet))
        except Exception as error:
            escaped = error
        error = escaped or self.errors.last
        accepted = self.accepted or {}
        verdict = {
            "n": self.count, "verdict": self.name(packet, escaped),
            "id": packet[22] if len(packet) > 22 and packet[:22] == overlay.get_prefix() else None,
            "error": f"{type(error).__name__}: {error}"[:300] if error else None,
            **{name: accepted.get(name) for name in ("event", "mid", "public_key", "global_time", "fields")},
            "added": self.added, "sent": [data.hex() for _, data in self.endpoint.sent],
            "to": [address_text(address) for address, _ in self.endpoint.sent],
            "new_addresses": sorted(address_text(a) for a in set(overlay.network._all_addresses) - before),
            "wan": address_text(overlay.my_estimated_wan),
        }
        self.count += 1
        return verdict

    def name(self, packet: bytes, escaped: BaseException | None) -> str:
        """The name of what happened to the packet just handled."""
        if escaped:
            return "raised"
        if self.accepted:
            return "accepted"
        if packet[:22] != self.overlay.get_prefix():
            return "foreign"
        handler = self.overlay.decode_map[packet[22]]
        if handler is None:
            return "unknown"
        return "deprecated" if handler == self.overlay.on_deprecated_message else "refused"


def judge_input(judge: Judge) -> None:
    """Answer what comes on stdin."""
    for line in sys.stdin:
        if line.strip():
            asked = json.loads(line)
            verdict = judge.judge(bytes.fromhex(asked["packet"]), parse_address(asked["source"]))
            sys.stdout.write(json.dumps(verdict) + "\n")
        else:
            sys.stdout.flush()


def judge_made(judge: Judge, args: argparse.Namespace) -> None:
    """Make packets and answer them."""
    maker = Maker(judge.overlay, args.seed, args.legacy, args.special)
    for _ in range(args.count):
        made = maker.make()
        verdict = judge.judge(made.packet, made.source)
        sys.stdout.write(json.dumps({**verdict, "kind": made.kind, "packet": made.packet.hex(),
                                     "source": address_text(made.source), "deterministic": made.deterministic}) + "\n")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["judge", "make"])
    parser.add_argument("--community", required=True)
    parser.add_argument("--key", help="private key of the judging node, hex")
    parser.add_argument("--max-peers", type=int, default=30)
    parser.add_argument("--keep-state", action="store_true")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-legacy", dest="legacy", action="store_false", help="no keys on the sect*k1 curves")
    parser.add_argument("--no-special", dest="special", action="store_false", help="only ordinary IPv4 addresses")
    return parser.parse_args()


async def main() -> None:
    """Judge until the input ends, or the count is reached."""
    args = arguments()
    keep_to_loopback()
    judge = Judge(args)
    if args.mode == "judge":
        judge_input(judge)
    else:
        judge_made(judge, args)
    sys.stdout.flush()
    await judge.overlay.unload()


if __name__ == "__main__":
    asyncio.run(main())
