"""
The mocks that the generated launchers of the test `interop::loader` use, and the log that they write.

`tests/fixtures/loader-mocks` has the same mocks for Rust. Both print the same lines.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from ipv8.bootstrapping.bootstrapper_interface import Bootstrapper
from ipv8.community import Community, CommunitySettings
from ipv8.keyvault.crypto import default_eccrypto
from ipv8.peer import Peer
from ipv8.peerdiscovery.discovery import DiscoveryStrategy

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Beacon", "Harbour", "Log", "Peer", "Rest", "Roam", "Session", "Walk", "finalize", "key", "log",
           "prepare", "refuse", "say", *[f"Mock{number}" for number in range(9)]]


class Refusal(Exception):
    """The error of a hook that fails."""


class Log:
    """The lines of one set, and the launcher that runs."""

    def __init__(self) -> None:
        """Begin without lines."""
        self.lines: list[str | DiscoveryStrategy] = []
        self.current = ""


log = Log()


def say(line: str) -> None:
    """Add a line."""
    log.lines.append(line)


def key(number: int) -> object:
    """Return the key with this number."""
    half = [bytes([number_of_half] * 30) + number.to_bytes(2, "big") for number_of_half in (1, 2)]
    return default_eccrypto.key_from_private_bin(b"LibNaCLSK:" + b"".join(half))


KEYS = {key(number).pub().key_to_bin(): number for number in range(1, 10)}


def refuse() -> None:
    """Fail."""
    raise Refusal


def prepare(function: Callable) -> Callable:
    """Return a decorator that adds a function to `prepare`, in the style of `loader.py`."""
    def decorator(launcher: type) -> type:
        old = launcher.prepare

        def new_prepare(self: object, ipv8: object, session: object) -> None:
            old(self, ipv8, session)
            function(ipv8, session)

        launcher.prepare = new_prepare
        return launcher
    return decorator


def finalize(function: Callable) -> Callable:
    """Return a decorator that adds a function to `finalize`, in the style of `loader.py`."""
    def decorator(launcher: type) -> type:
        old = launcher.finalize

        def new_finalize(self: object, ipv8: object, session: object, community: Community) -> None:
            old(self, ipv8, session, community)
            function(ipv8, session, community)

        launcher.finalize = new_finalize
        return launcher
    return decorator


def shown(value: object) -> str:
    """Return a value as Rust shows it, without quotes."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class MockSettings(CommunitySettings):
    """The settings of a mock, with their defaults."""

    size = 0
    label = ""
    ratio = 0.0
    on = False
    list = ()
    refuse = ""


class Mock(Community):
    """A community that says how it was made."""

    settings_class = MockSettings

    def __init__(self, settings: MockSettings) -> None:
        """Fail if the settings say so."""
        if settings.refuse:
            refuse()
        super().__init__(settings)
        self.size = settings.size
        self.name = log.current
        number = KEYS.get(self.my_peer.public_key.key_to_bin(), "none")
        say(f"overlay {self.name} {self.community_id.hex()} key={number} "
            f"size={settings.size} label={settings.label} ratio={settings.ratio} on={shown(settings.on)} "
            f"list={list(settings.list)}")


for _number in range(9):
    globals()[f"Mock{_number}"] = type(f"Mock{_number}", (Mock,), {"community_id": bytes([0x60 + _number] * 20)})


class Part:
    """A strategy or bootstrapper with options."""

    defaults: dict = {}

    def set_options(self, options: dict) -> None:
        """Set the options; fail for one that is not known."""
        if not options.keys() <= self.defaults.keys():
            raise TypeError(options)
        self.options = {**self.defaults, **options}

    def shown(self) -> str:
        """Return the type and the options."""
        return " ".join([type(self).__name__, *[f"{name}={shown(value)}" for name, value in self.options.items()]])


class Strategy(Part, DiscoveryStrategy):
    """A strategy that says when it takes its first step."""

    def __init__(self, overlay: Mock, **options: object) -> None:
        """Add a line that is completed when the target is known."""
        DiscoveryStrategy.__init__(self, overlay)
        self.set_options(options)
        log.lines.append(self)

    def take_step(self) -> None:
        """Say that it steps."""
        say(f"step {self.overlay.name} {self.shown()}")


class Walk(Strategy):
    """A strategy with three options."""

    defaults = {"size": 0, "pause": 0.0, "label": ""}


class Roam(Strategy):
    """A strategy with two options."""

    defaults = {"hops": [], "eager": False}


class Rest(Strategy):
    """A strategy without options."""


class MockBootstrapper(Part, Bootstrapper):
    """A bootstrapper that knows no addresses."""

    def __init__(self, **options: object) -> None:
        """Say how it was made."""
        self.set_options(options)
        say(f"bootstrapper {log.current} {self.shown()}")

    async def initialize(self, overlay: object) -> bool:
        """Do nothing."""
        return True

    async def get_addresses(self, overlay: object, timeout: float) -> list:
        """Return no addresses."""
        return []

    def keep_alive(self, overlay: object) -> None:
        """Do nothing."""

    def blacklist(self) -> list:
        """Return no addresses."""
        return []

    def unload(self) -> None:
        """Do nothing."""


class Beacon(MockBootstrapper):
    """A bootstrapper with two options."""

    defaults = {"host": "", "port": 0}


class Harbour(MockBootstrapper):
    """A bootstrapper with one option."""

    defaults = {"eager": False}


class Session:
    """All sessions of a set: the attributes of each start with its name."""

    def __init__(self, **sessions: tuple) -> None:
        """Set the first values."""
        self.names = list(sessions)
        for name, (flag, level, count, label) in sessions.items():
            values = {"flag": flag, "level": level, "count": count, "label": label, "stock": None}
            for attribute, value in values.items():
                setattr(self, f"{name}_{attribute}", value)

    def __setattr__(self, name: str, value: object) -> None:
        """Say when an overlay is set."""
        if isinstance(value, Mock):
            say(f"set {name}")
        super().__setattr__(name, value)

    def show(self) -> None:
        """Say what was changed."""
        for name in self.names:
            count, label, stock = (getattr(self, f"{name}_{field}") for field in ("count", "label", "stock"))
            say(f"session {name} {count} {label} {'none' if stock is None else stock}")
            for field in [f"{name}_{kind}{number}" for number in range(9) for kind in ("of", "again")]:
                if hasattr(self, field):
                    say(f"held {field} {getattr(self, field).community_id.hex()}")
