"""A py-ipv8 node, started as usual. It knows some peers at first, and it ends with its input."""
from __future__ import annotations

import asyncio
import os
import sys

from ipv8.community import Community
from ipv8.configuration import get_default_configuration
from ipv8_service import IPv8

from measured import begin, know, say


class Plain(Community):
    """A community without messages."""

    community_id = b"compare with py-ipv8"


async def main() -> None:
    """Run until the end of the input."""
    arguments = begin()
    name = "DiscoveryCommunity" if arguments["community"] == "discovery" else "Plain"
    configuration = get_default_configuration()
    configuration["interfaces"] = [{"interface": "UDPIPv4", "ip": "127.0.0.1", "port": 0}]
    configuration["keys"] = [{"alias": "mine", "generation": "curve25519", "file": ""}]
    configuration["logger"] = {"level": "WARNING"}
    configuration["overlays"] = [{"class": name, "key": "mine", "walkers": [], "bootstrappers": [], "on_start": [],
                                  "initialize": {"max_peers": -1}}]
    ipv8 = IPv8(configuration, extra_communities={"Plain": Plain})
    overlay = ipv8.overlays[0]
    know(overlay.network, arguments["peers"], overlay.community_id)
    await ipv8.start()
    host, port = ipv8.endpoint.interfaces["UDPIPv4"].get_address()[:2]
    say(listening=f"{host}:{port}")
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await ipv8.stop()
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
