"""
A py-ipv8 node on loopback that sends requests with a `RequestCache` and answers them, like the
tutorial on storing states.

    calculator.py --community HEX40 [--listen 127.0.0.1:0] [--wrong-number] [--duration 120]

It answers every `Add` with a `Sum` and every (unsigned) `Knock` with a `Here`. With
`--wrong-number` it sends a `Sum` with an unused identifier before the right one.

Commands: {"command": "add", "to": ADDR, "left": n, "right": n, "timeout": seconds},
{"command": "knock", "to": ADDR}, {"command": "stop"}. Each command except `stop` is answered with
`asked` (number) or `error`. Later comes `answered` (number, and sum for an `Add`) or `timed_out`
(number).

Events: `listening` (address, mid, public_key) comes first, `stopped` (reason) last; `request`
(name, number) for each received request.
"""
from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from ipv8.community import Community, CommunitySettings
from ipv8.lazy_community import lazy_wrapper, lazy_wrapper_unsigned, retrieve_cache
from ipv8.messaging.lazy_payload import VariablePayload, vp_compile
from ipv8.peer import Peer
from ipv8.requestcache import RandomNumberCacheWithName, RequestCache
from ipv8_service import IPv8

from harness import Control, address_text, emit, finish, keep_to_loopback, parse_address
from peer import configuration, interface

if TYPE_CHECKING:
    from ipv8.types import Address


@vp_compile
class Add(VariablePayload):
    """Asks for a sum."""

    msg_id = 1
    format_list = ["I", "H", "I"]
    names = ["left", "identifier", "right"]


@vp_compile
class Sum(VariablePayload):
    """The response to `Add`."""

    msg_id = 2
    format_list = ["I", "H"]
    names = ["sum", "identifier"]


@vp_compile
class Knock(VariablePayload):
    """Asks whether the node is there. Unsigned."""

    msg_id = 3
    format_list = ["I"]
    names = ["identifier"]


@vp_compile
class Here(VariablePayload):
    """The response to `Knock`."""

    msg_id = 4
    format_list = ["I"]
    names = ["identifier"]


class Asked(RandomNumberCacheWithName):
    """A pending request."""

    name = "asked"

    def __init__(self, request_cache: RequestCache, timeout: float) -> None:
        """Wait for `timeout` seconds."""
        super().__init__(request_cache, self.name)
        self.timeout = timeout

    @property
    def timeout_delay(self) -> float:
        """Return the timeout in seconds."""
        return self.timeout

    def on_timeout(self) -> None:
        """Report that no answer came."""
        emit("timed_out", number=self.number)


class CalculatorCommunity(Community):
    """Sends and answers requests."""

    community_id = bytes(20)
    wrong_number = False

    def __init__(self, settings: CommunitySettings) -> None:
        """Register the handlers."""
        super().__init__(settings)
        self.request_cache = RequestCache()
        self.add_message_handler(Add, self.on_add)
        self.add_message_handler(Sum, self.on_sum)
        self.add_message_handler(Knock, self.on_knock)
        self.add_message_handler(Here, self.on_here)

    async def unload(self) -> None:
        """Drop all pending requests."""
        await self.request_cache.shutdown()
        await super().unload()

    @lazy_wrapper(Add)
    def on_add(self, peer: Peer, payload: Add) -> None:
        """Answer a signed request."""
        emit("request", name="Add", number=payload.identifier)
        if self.wrong_number:
            self.ez_send(peer, Sum(0, payload.identifier ^ 1))
        self.ez_send(peer, Sum(payload.left + payload.right, payload.identifier))

    @lazy_wrapper(Sum)
    @retrieve_cache(Asked)
    def on_sum(self, peer: Peer, payload: Sum, cache: Asked) -> None:
        """Report the response to one of our requests."""
        emit("answered", number=cache.number, sum=payload.sum, mid=peer.mid.hex())

    @lazy_wrapper_unsigned(Knock)
    def on_knock(self, source: Address, payload: Knock) -> None:
        """Answer an unsigned request."""
        emit("request", name="Knock", number=payload.identifier)
        self.endpoint.send(source, self.ezr_pack(Here.msg_id, Here(payload.identifier), sig=False))

    @lazy_wrapper_unsigned(Here)
    def on_here(self, source: Address, payload: Here) -> None:
        """Report the unsigned response to one of our requests."""
        if self.request_cache.has(Asked, payload.identifier):
            cache = self.request_cache.pop(Asked, payload.identifier)
            emit("answered", number=cache.number, address=address_text(source))


class Commands:
    """The commands for the running overlay."""

    def __init__(self, overlay: CalculatorCommunity) -> None:
        """Serve `overlay`."""
        self.overlay = overlay

    def handlers(self) -> dict:
        """Return the handlers by the name of their command."""
        return {"add": self.add, "knock": self.knock}

    def ask(self, to: Address, payload: type, make: object, timeout: float) -> None:
        """Send a request with an identifier of our cache."""
        overlay = self.overlay
        cache = overlay.request_cache.add(Asked(overlay.request_cache, timeout))
        packet = overlay.ezr_pack(payload.msg_id, make(cache.number), sig=payload is Add)
        overlay.endpoint.send(to, packet)
        emit("asked", number=cache.number)

    def add(self, command: dict) -> None:
        """Ask for a sum."""
        left, right = command["left"], command["right"]
        self.ask(parse_address(command["to"]), Add, lambda number: Add(left, number, right),
                 float(command.get("timeout", 10)))

    def knock(self, command: dict) -> None:
        """Ask whether the node is there."""
        self.ask(parse_address(command["to"]), Knock, Knock, 10.0)


def arguments() -> argparse.Namespace:
    """Read the command line, and add the arguments that peer.py's configuration needs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--community", required=True)
    parser.add_argument("--listen", type=parse_address, default=parse_address("127.0.0.1:0"))
    parser.add_argument("--wrong-number", action="store_true")
    parser.add_argument("--duration", type=float, default=120.0)
    parser.set_defaults(key=None, listen6=None, bootstrap=[], bootstrap_timeout=1.0, broadcast=False,
                        broadcast_silent=False, walk_interval=0.5, walker=[], max_peers=30)
    return parser.parse_args()


async def main() -> None:
    """Run until told to stop."""
    args = arguments()
    keep_to_loopback(args.listen[0])
    CalculatorCommunity.community_id = bytes.fromhex(args.community)
    CalculatorCommunity.wrong_number = args.wrong_number
    described = configuration(args)
    described["overlays"][0].update({"class": "CalculatorCommunity", "initialize": {"max_peers": 30}})
    ipv8 = IPv8(described, extra_communities={"CalculatorCommunity": CalculatorCommunity})
    overlay = ipv8.overlays[0]
    udp = ipv8.endpoint.interfaces[interface(args)]
    control = Control(args.duration)
    await ipv8.start()
    emit("listening", address=address_text(udp.get_address()), mid=overlay.my_peer.mid.hex(),
         public_key=overlay.my_peer.public_key.key_to_bin().hex())
    reason = await control.obey(Commands(overlay).handlers())
    await finish(reason, ipv8.stop())


if __name__ == "__main__":
    asyncio.run(main())
