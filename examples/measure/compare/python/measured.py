"""What the measured processes share: one JSON line says on which cores and with what, JSON lines are the answers."""
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
    """Read the first line, keep to the cores it names, and give back the arguments."""
    start = json.loads(sys.stdin.readline())
    if start["cores"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, start["cores"])
    return start["arguments"]


def address(text: str) -> UDPv4Address:
    """Read "1.2.3.4:80"."""
    host, _, port = text.rpartition(":")
    return UDPv4Address(host, int(port))


def know(network: Network, count: int, service: bytes) -> None:
    """Take so many peers, which the next lines of the input tell of, for verified ones with that service."""
    for _ in range(count):
        key, where = json.loads(sys.stdin.readline())
        peer = Peer(default_eccrypto.key_from_public_bin(bytes.fromhex(key)), address(where))
        network.add_verified_peer(peer)
        network.discover_services(peer, [service])
    if len(network.verified_peers) != count:
        msg = f"{len(network.verified_peers)} peers of {count} are known"
        raise RuntimeError(msg)
