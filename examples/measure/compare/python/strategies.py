"""
A py-ipv8 node with many strategies. Each records its steps and may send a burst of datagrams.

Input: {"strategies": n, "burst": b, "to": ADDRESS, "bytes": size, "seconds": t}.
Output after t seconds: {"steps": [seconds], "sent": n}.
"""
from __future__ import annotations

import asyncio
import os
from time import perf_counter

from ipv8.community import Community
from ipv8.configuration import get_default_configuration
from ipv8.peerdiscovery.discovery import DiscoveryStrategy
from ipv8_service import IPv8

from measured import address, begin, say


class Plain(Community):
    """A community without messages."""

    community_id = b"compare with py-ipv8"

    def get_available_strategies(self) -> dict:
        """Return the strategy of this file."""
        return {"Burst": Burst}


class Burst(DiscoveryStrategy):
    """Records the time of each step and sends a burst."""

    steps: list = []
    sent = 0
    arguments: dict = {}
    ended = False

    def take_step(self) -> None:
        """Take one step."""
        cls = Burst
        if cls.ended:
            return
        cls.steps.append(perf_counter())
        if cls.arguments["burst"]:
            to = address(cls.arguments["to"])
            packet = self.overlay.get_prefix() + b"\x01" + bytes(cls.arguments["bytes"] - 23)
            for _ in range(cls.arguments["burst"]):
                self.overlay.endpoint.send(to, packet)
                cls.sent += 1


async def main() -> None:
    """Run for the number of seconds in the arguments."""
    Burst.arguments = arguments = begin()
    configuration = get_default_configuration()
    configuration["interfaces"] = [{"interface": "UDPIPv4", "ip": "127.0.0.1", "port": 0}]
    configuration["keys"] = [{"alias": "mine", "generation": "curve25519", "file": ""}]
    configuration["logger"] = {"level": "ERROR"}
    walkers = [{"strategy": "Burst", "peers": -1, "init": {}}] * arguments["strategies"]
    configuration["overlays"] = [{"class": "Plain", "key": "mine", "walkers": walkers, "bootstrappers": [], "on_start": [],
                                  "initialize": {}}]
    ipv8 = IPv8(configuration, extra_communities={"Plain": Plain})
    await ipv8.start()
    await asyncio.sleep(arguments["seconds"])
    Burst.ended = True
    say(steps=Burst.steps, sent=Burst.sent)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
