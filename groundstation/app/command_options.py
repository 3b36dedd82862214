# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

BrokerDefault = "mqtt://127.0.0.1:1883"
Broker = Annotated[
    str,
    typer.Option(
        "--broker",
        metavar="URL",
        # the URL may hold a password, and everybody on a computer may read the command lines of all
        envvar="GROUNDSTATION_BROKER",
        show_envvar=False,
        help="mqtt://, mqtts://, ws:// or wss://, with user:password@ and ?ca=FILE&cert=FILE&key=FILE where needed.",
    ),
]
Flavours = Annotated[
    list[str] | None,
    typer.Option("--flavour", help="copter, plane or px4, given once for each place in the round."),
]
