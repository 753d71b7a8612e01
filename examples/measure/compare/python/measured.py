"""
The shared part of the measured processes.

The first JSON line of the input has the cores and the arguments. Each output line is a JSON answer.
"""
from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from ipv8.keyvault.crypto import default_eccrypto
from ipv8.messaging.interfaces.udp.endpoint import UDPv4Address
from ipv8.peer import Peer

if TYPE_CHECKING:
    from ipv8.peerdiscovery.network import Network


def say(**fields: object) -> None:
    """Print one line and flush it."""
    print(json.dumps(fields), flush=True)


def begin() -> dict:
    """Read the first line, pin the process to its cores, and return its arguments."""
    start = json.loads(sys.stdin.readline())
    if start["cores"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, start["cores"])
    return start["arguments"]


def address(text: str) -> UDPv4Address:
    """Parse an address such as "1.2.3.4:80"."""
    host, _, port = text.rpartition(":")
    return UDPv4Address(host, int(port))


def know(network: Network, count: int, service: bytes) -> None:
    """Read `count` peers from the input and add them as verified peers with this service."""
    for _ in range(count):
        key, where = json.loads(sys.stdin.readline())
        peer = Peer(default_eccrypto.key_from_public_bin(bytes.fromhex(key)), address(where))
        network.add_verified_peer(peer)
        network.discover_services(peer, [service])
    if len(network.verified_peers) != count:
        msg = f"expected {count} known peers, found {len(network.verified_peers)}"
        raise RuntimeError(msg)
