# SPDX-License-Identifier: Apache-2.0
"""`groundstation sparkplug`: a host application of Sparkplug B on the command line."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from groundstation.app.command_options import Broker, BrokerDefault


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sparkplug)


def sparkplug(
    host: Annotated[
        str, typer.Option("--host", metavar="ID", help="Id of this host, as nodes have it in their setup.")
    ],
    broker: Broker = BrokerDefault,
) -> None:
    """Be the host of Sparkplug B nodes, until Ctrl-C: say STATE, and ask for births where something was missed.

    Windows show nodes without it; it is for nodes that wait for a host, and where messages may be lost.
    """
    from groundstation.app.processes import stop_on_signal
    from groundstation.app.sparkplug_process import SparkplugProcess
    from groundstation.app.wiring import broker_from_text
    from groundstation.transport.sparkplug.host_state import checked_host

    url = broker_from_text(broker)
    process = SparkplugProcess(url, checked_host(host))
    with stop_on_signal() as stop:
        Console(stderr=True).print(
            f"Sparkplug B host {host} on {url.shown}; Ctrl-C ends it", soft_wrap=True, markup=False, highlight=False
        )
        process.run(stop)
