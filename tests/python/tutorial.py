"""
Runs an unchanged tutorial of py-ipv8, on loopback and for a limited time.

    tutorial.py FILE [--bootstrap ADDR] [--duration SECONDS]

The tutorial's only tracker is the given one, if any; its sockets are on 127.0.0.1; it writes its
files into the current folder. All output comes from the tutorial. A tutorial that runs forever ends
after the duration, with exit code 0.
"""
from __future__ import annotations

import argparse
import os
import runpy
import sys
import threading

import ipv8.configuration as configuration

from harness import keep_to_loopback, parse_address


def stay_here(bootstrap: list[tuple[str, int]]) -> None:
    """Replace the tutorial's interfaces and trackers with ones on this machine."""
    here = {"ip_addresses": bootstrap, "dns_addresses": [], "bootstrap_timeout": 1.0}
    dispersy = configuration.Bootstrapper.DispersyBootstrapper
    configuration.default_bootstrap_defs[:] = [configuration.BootstrapperDefinition(dispersy, here)]
    configuration.DISPERSY_BOOTSTRAPPER["init"] = here
    for overlay in configuration.default["overlays"]:
        for bootstrapper in overlay["bootstrappers"]:
            bootstrapper["init"] = here
    for interface in configuration.default["interfaces"]:
        interface["ip"] = "127.0.0.1"


def main() -> None:
    """Run the tutorial named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--bootstrap", type=parse_address, action="append", default=[])
    parser.add_argument("--duration", type=float, default=20.0)
    options = parser.parse_args()

    keep_to_loopback()
    stay_here(options.bootstrap)

    def end() -> None:
        sys.stdout.flush()
        os._exit(0)

    timer = threading.Timer(options.duration, end)
    timer.daemon = True
    timer.start()
    sys.argv = [options.file]
    runpy.run_path(options.file, run_name="__main__")


main()
