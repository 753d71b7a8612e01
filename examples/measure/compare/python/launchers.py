"""
A thousand py-ipv8 launchers: the time to order them, and to start a service with their overlays.

Input: {"starts": n, "plans": n}. Output: {"starts": [seconds], "plans": [seconds]}.
"""
from __future__ import annotations

import asyncio
import os
from time import perf_counter

from ipv8.community import Community
from ipv8.configuration import get_default_configuration
from ipv8.keyvault.crypto import default_eccrypto
from ipv8.loader import CommunityLauncher, CommunityLoader, IPv8CommunityLoader, after, name, overlay, walk_strategy
from ipv8.peer import Peer
from ipv8.peerdiscovery.discovery import RandomWalk
from ipv8_service import IPv8

from measured import begin, say

LAUNCHERS = 1000
# One key for all overlays, as on our side: a key for each would be most of the work.
MY_PEER = Peer(default_eccrypto.generate_key("curve25519"))


class Launcher(CommunityLauncher):
    """The base class of all launchers."""

    def get_my_peer(self, ipv8: IPv8, session: object) -> Peer:
        """Return the one peer of all overlays."""
        return MY_PEER


def launcher(number: int) -> type[Launcher]:
    """Return the launcher of community `number`, to be launched after the one before it."""
    community = type(f"Numbered{number}", (Community,), {"community_id": number.to_bytes(20, "big")})
    made = walk_strategy(RandomWalk, target_peers=20)(overlay(community)(name(f"L{number:03}")(type("L", (Launcher,), {}))))
    return after(f"L{number - 1:03}")(made) if number else made


CLASSES = [launcher(number) for number in range(LAUNCHERS)]


class Order(CommunityLoader):
    """A loader that only records the order."""

    def _launch(self, launcher: CommunityLauncher, ipv8: IPv8, session: object) -> None:
        self.community_launchers[launcher.get_name()] = (launcher, True)


def filled(loader: CommunityLoader) -> CommunityLoader:
    """Add a new instance of each launcher."""
    for made in CLASSES:
        loader.set_launcher(made())
    return loader


def plan() -> float:
    """Measure the ordering."""
    loader = filled(Order())
    begun = perf_counter()
    loader.load(None, None)
    return perf_counter() - begun


async def start() -> float:
    """Measure loading and starting all launchers."""
    configuration = get_default_configuration()
    configuration["interfaces"] = [{"interface": "UDPIPv4", "ip": "127.0.0.1", "port": 0}]
    configuration["keys"] = []
    configuration["logger"] = {"level": "ERROR"}
    configuration["overlays"] = []
    loader = filled(IPv8CommunityLoader())
    begun = perf_counter()
    ipv8 = IPv8(configuration)
    loader.load(ipv8, None)
    await ipv8.start()
    took = perf_counter() - begun
    if len(ipv8.overlays) != LAUNCHERS:
        msg = f"expected {LAUNCHERS} launchers, found {len(ipv8.overlays)}"
        raise RuntimeError(msg)
    await ipv8.stop()
    return took


async def main() -> None:
    """Run each measurement as often as the arguments say."""
    arguments = begin()
    starts = [await start() for _ in range(arguments["starts"])]
    say(starts=starts, plans=[plan() for _ in range(arguments["plans"])])
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
