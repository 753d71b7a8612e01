"""
Reports how py-ipv8 judges packets: whether it accepts them, the fields it reads, and its reaction.

    judge.py judge --community HEX40 [--key HEX148] [--max-peers 30] [--keep-state]
    judge.py make --community HEX40 [--count 5000] [--seed 1] [--key HEX148] [--max-peers 30]
             [--no-legacy] [--no-special]

`judge` reads lines {"packet": hex, "source": ADDR, ...} from stdin and prints one verdict per line,
in order. Verdicts are flushed at an empty line and at the end of the input. `make` makes and prints
`--count` packets (see `packets.py`), each with its verdict and with packet, source, kind and
deterministic (false: the bytes contain a random signature).

A node without peers judges every packet, unless `--keep-state` makes it keep its state. A verdict has
- n: the number of the packet, from 0
- verdict: "accepted" (decoded, and verified where signed: the handler ran), "refused" (by decoding
  or by the signature), "unknown" (no handler for the id), "deprecated" (an id that is only logged),
  "foreign" (another prefix), "raised" (an error escaped: only for a packet that is exactly the
  prefix; it has no effect)
- id: the message id, null if there is none or the prefix is foreign
- error: null, or the text of the exception while handling; an accepted packet can have one too
- event, mid, public_key, global_time, fields: the accepted message, as in the events of `peer.py`
- added: the mids of the peers that became verified
- sent: the messages sent in response, in order, as hex, and to: their destinations
- new_addresses: addresses that this packet made known, and wan: the WAN estimate afterwards
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
    """An open endpoint that only records sent packets."""

    def __init__(self) -> None:
        """Start without sent packets."""
        super().__init__()
        self.interfaces = {"UDPIPv4": self}
        self.sent: list[tuple] = []

    def assert_open(self) -> None:
        """Do nothing: it is always open."""

    def is_open(self) -> bool:
        """Return true: it is always open."""
        return True

    def get_address(self) -> UDPv4Address:
        """Return the address of the judging node."""
        return OWN_ADDRESS

    def send(self, socket_address: tuple, packet: bytes) -> None:
        """Record a packet."""
        self.sent.append((socket_address, packet))

    async def open(self) -> bool:
        """Return true: it is always open."""
        return True

    def close(self) -> None:
        """Do nothing."""

    def reset_byte_counters(self) -> None:
        """Do nothing: there are no counters."""


class Errors(logging.Handler):
    """Records the exception of a community's handler, which py-ipv8 logs and swallows."""

    last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception of a record."""
        if record.exc_info:
            self.last = record.exc_info[1]


class Judge:
    """Judges packets with one overlay."""

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
        logger = logging.Logger("judge")  # in no hierarchy, so nothing is printed
        logger.addHandler(self.errors)
        self.overlay.logger = logger
        self.forget()
        self.count = 0

    def report(self, event: str, **fields: object) -> None:
        """Record an event of the community."""
        if event == "peer_added":
            self.added.append(fields["mid"])
        elif event != "peer_removed":
            self.accepted = {"event": event, **fields}

    def forget(self) -> None:
        """Reset to a newly started node without peers."""
        overlay = self.overlay
        overlay.my_peer = Peer(self.key)
        overlay.network = Network()
        overlay.network.register_service_provider(overlay.community_id, overlay)
        overlay.network.blacklist_mids.append(overlay.my_peer.mid)
        overlay.network.add_peer_observer(overlay)
        overlay.my_estimated_lan = OWN_ADDRESS
        overlay.my_estimated_wan = UDPv4Address("0.0.0.0", 0)

    def judge(self, packet: bytes, source: tuple) -> dict:
        """Return the verdict on one packet."""
        if not self.keep_state:
            self.forget()
        overlay = self.overlay
        self.accepted, self.added, self.errors.last, escaped = None, [], None, None
        self.endpoint.sent.clear()
        before = set(overlay.network._all_addresses)
        random.seed(self.count)  # the introduced peer is drawn at random
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
        """Return the verdict's name for the last packet."""
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
    """Judge the packets from stdin."""
    for line in sys.stdin:
        if line.strip():
            asked = json.loads(line)
            verdict = judge.judge(bytes.fromhex(asked["packet"]), parse_address(asked["source"]))
            sys.stdout.write(json.dumps(verdict) + "\n")
        else:
            sys.stdout.flush()


def judge_made(judge: Judge, args: argparse.Namespace) -> None:
    """Make packets and judge them."""
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
