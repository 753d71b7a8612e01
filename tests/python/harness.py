"""Code that the scripts here share: JSON lines, addresses, and keeping py-ipv8 on loopback.

Every script prints one JSON object per line and flushes it. Byte strings are lower-case hex, addresses
are text ("127.0.0.1:80", "[::1]:80"), and a float is the hex of its eight IEEE bytes, big-endian
("nan" for any NaN), so that no precision is lost.
"""
from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import struct
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from ipv8.bootstrapping.udpbroadcast.bootstrapper import HDR_ANNOUNCE, UDPBroadcastBootstrapper
from ipv8.messaging.interfaces.endpoint import EndpointListener
from ipv8.messaging.interfaces.udp.endpoint import DomainAddress, UDPv4Address, UDPv6Address
from ipv8.messaging.serialization import Serializable
from ipv8.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable


def emit(event: str, **fields: object) -> None:
    """Print one event and flush it."""
    try:
        print(json.dumps({"event": event, **fields}), flush=True)
    except BrokenPipeError:  # the reader is gone, so the parent process has ended
        os._exit(1)


def address_text(address: tuple) -> str:
    """Return the text form of an address of any class."""
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_address(text: str) -> UDPv4Address | UDPv6Address:
    """Read "1.2.3.4:80" or "[::1]:80"."""
    host, _, port = text.rpartition(":")
    if host.startswith("["):
        return UDPv6Address(host[1:-1], int(port))
    return UDPv4Address(host, int(port))


def view(value: object) -> object:
    """Return the JSON form of a decoded value."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack(">d", value).hex()
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int):
        return address_text(value)
    if isinstance(value, (list, tuple)):
        return [view(item) for item in value]
    if isinstance(value, Serializable):
        return {name: view(item) for name, item in vars(value).items()}
    return value


def build(cls: type, fields: dict) -> Serializable:
    """Make a payload of class `cls` from the JSON form of its fields: the inverse of `view`."""
    values, names = [], iter(cls.names)
    for fmt in cls.format_list:
        for _ in range(8 if fmt == "bits" else 1):
            values.append(_unview(fmt, fields[next(names)]))
    return cls(*values)


def _unview(fmt: object, value: object) -> object:
    if isinstance(fmt, list):
        return [build(fmt[0], item) for item in value]
    if not isinstance(fmt, str):
        return build(fmt, value)
    if fmt in ("f", "d", "arrayH-d"):
        return [_float(item) for item in value] if isinstance(value, list) else _float(value)
    if fmt in ("ipv4", "ip_address"):
        return parse_address(value)
    if fmt == "address":
        return parse_address(value) if value[:1] in set("[0123456789") else DomainAddress(*parse_address(value))
    if fmt == "raw" or fmt.endswith("0s") or (fmt.startswith("varlen") and "utf8" not in fmt):
        return [bytes.fromhex(item) for item in value] if isinstance(value, list) else bytes.fromhex(value)
    return value


def _float(value: object) -> float:
    if value == "nan":
        return math.nan
    return struct.unpack(">d", bytes.fromhex(value))[0] if isinstance(value, str) else float(value)


def keep_to_loopback(host: str = "127.0.0.1") -> None:
    """
    Make every overlay announce `host` as its LAN address, without asking the system for others.

    py-ipv8 would announce a real interface's address, where no test node listens.
    """
    _announce(lambda self, addresses: host)


def keep_to_sockets() -> None:
    """Make every overlay announce the host of its socket as its LAN address, without asking the system."""
    _announce(lambda self, addresses: self.endpoint.get_address()[0])


def _announce(guess: Callable) -> None:
    EndpointListener._guess_lan_address = guess

    async def nothing(self: Overlay) -> None:
        """Ask neither the interfaces nor the resolver."""

    Overlay.discover_lan_addresses = nothing

    # without this py-ipv8 cannot send anything over IPv6: it builds an address from all four parts
    # of a socket's name
    EndpointListener.get_ipv6_address = lambda self: self.endpoint.get_address()[:2]


def keep_beacons_to_loopback() -> None:
    """
    Send each beacon to the loopback address in its overlay's `beacon_target`, or drop it.

    py-ipv8 would send it to every port of the broadcast address.
    """
    def beacon(self: UDPBroadcastBootstrapper, service_prefix: bytes) -> None:
        target = getattr(self.overlay, "beacon_target", None)
        if self.endpoint is not None and target is not None and target[0].startswith("127."):
            self.endpoint.send(target, HDR_ANNOUNCE + service_prefix)

    UDPBroadcastBootstrapper.beacon = beacon


class Counters:
    """Counts datagrams, bytes and message ids at a UDP endpoint."""

    def __init__(self, endpoint: object) -> None:
        """Watch `endpoint`."""
        self.totals = {"datagrams_in": 0, "datagrams_out": 0, "bytes_in": 0, "bytes_out": 0}
        self.ids: dict[str, dict[str, int]] = {"in": {}, "out": {}}
        send, received = endpoint.send, endpoint.datagram_received

        def counted_send(address: tuple, packet: bytes) -> None:
            self.count("out", packet)
            send(address, packet)

        def counted_received(packet: bytes, address: tuple) -> None:
            self.count("in", packet)
            received(packet, address)

        endpoint.send, endpoint.datagram_received = counted_send, counted_received

    def count(self, way: str, packet: bytes) -> None:
        """Count one datagram in the direction `way` ("in" or "out")."""
        self.totals["datagrams_" + way] += 1
        self.totals["bytes_" + way] += len(packet)
        message = str(packet[22]) if len(packet) > 22 else "none"
        self.ids[way][message] = self.ids[way].get(message, 0) + 1

    def fields(self) -> dict:
        """Return the fields of a `stats` event."""
        return {**self.totals, "ids_in": self.ids["in"], "ids_out": self.ids["out"]}


class Control:
    """
    Runs JSON commands from stdin until stopped.

    Ends at `{"command": "stop"}`, at the end of stdin (so that no process outlives its parent), at
    SIGTERM and SIGINT, and at the latest after `duration` seconds.
    """

    def __init__(self, duration: float) -> None:
        """Start to read commands; needs a running event loop."""
        self.loop = asyncio.get_running_loop()
        self.stopped: asyncio.Future[str] = self.loop.create_future()
        self.commands: asyncio.Queue[str] = asyncio.Queue()
        self.loop.call_later(duration, self.stop, "duration")
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows has no signal handlers in its loop
                self.loop.add_signal_handler(number, self.stop, "signal")
        threading.Thread(target=self._read, daemon=True).start()

    def stop(self, reason: str) -> None:
        """Ask to end; the first reason is the reported one."""
        if not self.stopped.done():
            self.stopped.set_result(reason)

    def _read(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process is ending
            for line in sys.stdin:
                self.loop.call_soon_threadsafe(self.commands.put_nowait, line)
            self.loop.call_soon_threadsafe(self.stop, "end of input")

    async def obey(self, handlers: dict) -> str:
        """
        Run commands until stopped; return the reason.

        A handler gets the command as a dictionary. An exception becomes an `error` event.
        """
        while not self.stopped.done():
            following = asyncio.ensure_future(self.commands.get())
            await asyncio.wait([following, self.stopped], return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                following.cancel()
                break
            self._obey_one(following.result(), handlers)
        return self.stopped.result()

    def _obey_one(self, line: str, handlers: dict) -> None:
        name = None
        try:
            command = json.loads(line)
            name = command["command"]
            if name == "stop":
                self.stop("command")
            else:
                handlers[name](command)
        except Exception as error:  # the driver needs to know about any error
            emit("error", command=name, error=f"{type(error).__name__}: {error}")


async def finish(reason: str, closing: object) -> None:
    """Wait up to five seconds for `closing`, emit `stopped`, and end the process."""
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(closing, 5.0)
    emit("stopped", reason=reason)
    # worker threads of the standard library must not keep the process alive
    os._exit(0)
