"""
Makes configurations with py-ipv8 and checks them with it.

    configuration.py make
    configuration.py judge

`make` prints one JSON object: dictionaries of `get_default_configuration` and of `ConfigBuilder`,
by name. `judge` reads a JSON list of dictionaries on stdin and prints a list: for each the error of
`ConfigBuilder.finalize`, or null if there is none.
"""
from __future__ import annotations

import json
import sys
from base64 import b64encode

from ipv8.configuration import (
    Bootstrapper,
    BootstrapperDefinition,
    ConfigBuilder,
    Strategy,
    WalkerDefinition,
    get_default_configuration,
)
from ipv8.keyvault.crypto import default_eccrypto


def make() -> dict:
    """Return all dictionaries, by name."""
    tracker = [BootstrapperDefinition(Bootstrapper.DispersyBootstrapper, {"ip_addresses": [("127.0.0.1", 6421)]})]
    walkers = [WalkerDefinition(Strategy.RandomWalk, 10, {"timeout": 3.0}),
               WalkerDefinition(Strategy.EdgeWalk, -1, {"edge_length": 3})]
    key = b64encode(default_eccrypto.generate_key("curve25519").key_to_bin()).decode()
    clean = (ConfigBuilder(clean=True)
             .set_address("127.0.0.1").set_port(8091).set_log_level("ERROR")
             .set_working_directory("state").set_walker_interval(1))
    clean.clear_keys().clear_overlays()
    ephemeral = (ConfigBuilder().clear_keys().clear_overlays()
                 .set_address("::1", "UDPIPv6").set_port(8092, "UDPIPv6")
                 .add_ephemeral_key("mine")
                 .add_overlay("DiscoveryCommunity", "mine", walkers, tracker, {}, []))
    inline = (ConfigBuilder().clear_keys().clear_overlays()
              .add_key_from_bin("mine", key, "kept.pem")
              .add_overlay("DiscoveryCommunity", "mine", walkers, tracker, {}, []))
    return {
        "default": get_default_configuration(),
        "builder": ConfigBuilder().finalize(),
        "clean": clean.finalize(),
        "ephemeral": ephemeral.finalize(),
        "inline": inline.finalize(),
    }


def judge(dictionary: dict) -> str | None:
    """Return the error of `finalize`; an exception other than an assertion counts too."""
    builder = ConfigBuilder(clean=True)
    builder.config = dictionary
    try:
        builder.finalize()
    except AssertionError as error:
        return str(error) or "assertion without text"
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    if sys.argv[1] == "make":
        print(json.dumps(make()))
    else:
        print(json.dumps([judge(dictionary) for dictionary in json.load(sys.stdin)]))
