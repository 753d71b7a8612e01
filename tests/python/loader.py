"""
Launches generated sets of launchers with py-ipv8's `loader.py`, on endpoints in memory.

    loader.py SETS.PY

Prints one event `set` for each function `set_N` of the file, with `lines`. It ends at the command `stop`.
"""
from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
import traceback
from itertools import count

import harness
import loader_mocks
from ipv8.loader import CommunityLauncher, IPv8CommunityLoader
from ipv8.test.mocking.endpoint import MockEndpoint
from ipv8_service import IPv8

# The hook of each function that a launch calls.
HOOKS = {"new_prepare": "prepare", "new_get_kwargs": "settings", "__init__": "overlay", "new_finalize": "finalize"}


class Loader(IPv8CommunityLoader):
    """A loader that also takes launchers without an overlay."""

    def __init__(self) -> None:
        """Begin with nothing launched."""
        super().__init__()
        self.begun: list[str] = []

    def _launch(self, launcher: CommunityLauncher, ipv8: IPv8, session: object) -> None:
        loader_mocks.log.current = launcher.get_name()
        self.begun.append(launcher.get_name())
        if launcher.get_overlay_class() is not None:
            super()._launch(launcher, ipv8, session)
            return
        launcher.prepare(ipv8, session)
        launcher.finalize(ipv8, session, None)
        self.community_launchers[launcher.get_name()] = (launcher, True)


def hook_of(error: Exception) -> str:
    """Return the hook in which a launch failed: the function that `_launch` called last."""
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    last = len(frames) - 1 - frames[::-1].index("_launch")
    return HOOKS[frames[last + 1]]


def load(loader: Loader, ipv8: IPv8, session: object) -> bool:
    """Launch; say why it failed if it did."""
    say = loader_mocks.say
    try:
        loader.load(ipv8, session)
    except RuntimeError as error:
        names = str(error).partition("not_before(): ")[2]
        say("failed cycle " + names.replace("'", '"'))
        return False
    except Exception as error:
        say(f"failed {loader.begun[-1]} in {hook_of(error)}")
        say(f"order {json.dumps(loader.begun)}")
        return False
    say(f"order {json.dumps(loader.begun)}")
    return True


async def take_steps(ipv8: IPv8) -> None:
    """Give every strategy the turn that py-ipv8's main loop gives it."""
    ipv8.walk_interval = 0
    ipv8.state_machine_task = asyncio.get_running_loop().create_future()
    await ipv8.on_tick()
    ipv8.state_machine_task.cancel()


async def run(launchers: list, session: object) -> list[str]:
    """Launch one set and return its lines."""
    log = loader_mocks.log
    log.__init__()
    here = ("10.0.0.1", 1000)
    endpoint = MockEndpoint(here, here)
    endpoint.open()
    ipv8 = IPv8({"interfaces": [], "keys": [], "logger": {"level": "CRITICAL"}, "overlays": [],
                 "walker_interval": 0.5, "working_directory": "."}, endpoint_override=endpoint)
    loader = Loader()
    for launcher in launchers:
        loader.set_launcher(launcher)
    done = load(loader, ipv8, session)
    overlays = list(ipv8.overlays)
    if done:
        for overlay in overlays:
            targets = [target for strategy, target in ipv8.strategies if strategy.overlay is overlay]
            bootstrappers = [type(bootstrapper).__name__ for bootstrapper in overlay.bootstrappers]
            log.lines.append(f"launched {overlay.name} {overlay.community_id.hex()} {json.dumps(targets)} "
                             f"{json.dumps(bootstrappers)}")
        await take_steps(ipv8)
    session.show()
    targets = {id(strategy): target for strategy, target in ipv8.strategies}
    lines = [line if isinstance(line, str)
             else f"strategy {line.overlay.name} {targets[id(line)]} {line.shown()}" for line in log.lines]
    for overlay in overlays:
        await overlay.unload()
    return [*lines, f"kept {0 if done else len(overlays)}"]


async def main(path: str) -> None:
    """Launch all sets."""
    harness.keep_to_loopback()
    control = harness.Control(600)
    specification = importlib.util.spec_from_file_location("sets", path)
    sets = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(sets)
    for number in count():
        make = getattr(sets, f"set_{number}", None)
        if make is None:
            break
        harness.emit("set", set=number, lines=await run(*make()))
    reason = await control.obey({})
    harness.emit("stopped", reason=reason)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
