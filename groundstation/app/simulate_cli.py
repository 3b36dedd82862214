# SPDX-License-Identifier: Apache-2.0
"""`groundstation simulate`: vehicles that are not there, ours or real autopilots in their own simulators."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from groundstation.app.command_options import Flavours
from groundstation.fleet.errors import UsageError

errors = Console(stderr=True, emoji=False)
DEFAULT_VEHICLES = 5
FAULT, MEND = "fault", "mend"
"""Words of a window on standard input, before the text of a fault: it begins now, or ends."""
JOINS = "GROUNDSTATION_SIMULATOR_BROKER"
"""With --joined: the broker, whose URL may hold a password and so stands on no command line."""
FAULT_HELP = (
    "link_loss, gps_loss, battery_low, battery=PERCENT, motor=PERCENT, wind=SPEED,FROM, reboot, slow_ack, no_ack, "
    "sequence_gap, duplicate_sysid; such as link_loss:2@30+10. Can be given several times."
)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(
    vehicles: Annotated[
        int | None,
        typer.Option(
            help="How many vehicles, 5 by default, 1 with --sitl; after each 250 system ids begin anew, for a further "
            "bridge.",
            min=1,
            max=1_000,
            show_default=False,
        ),
    ] = None,
    sitl: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH[:N]",
            help="Start real autopilots in place of ours: arducopter, arduplane, ardurover, ardusub or px4 of a SITL "
            "build, N of it. Can be given several times.",
        ),
    ] = None,
    broker: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Join them to this broker under sim/, by a bridge that is started here; no --link is needed then.",
        ),
    ] = None,
    link: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="udpout:host:port sends to a ground station, each further 250 vehicles to the next port; "
            "tcpin:host:port and udpin:host:port listen, vehicle k on port + 10 k.  "
            "[default: udpout:127.0.0.1:14550]",
            show_default=False,
        ),
    ] = None,
    home: Annotated[
        str | None,
        typer.Option(metavar="LAT,LON,ALT,HDG", help="Where the first one stands; the others in a grid beside it."),
    ] = None,
    wind: Annotated[
        str | None, typer.Option(metavar="SPEED,FROM", help="Mean wind in m/s and where it comes from, in degrees.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same flight.")] = 1,
    flavour: Flavours = None,
    first_sysid: Annotated[int, typer.Option(help="System id of the first vehicle.", min=1, max=250)] = 1,
    ready: Annotated[bool, typer.Option("--ready", help="Skip the boot: armable at once.")] = False,
    autofly: Annotated[bool, typer.Option("--autofly", help="Every vehicle flies missions by itself.")] = False,
    fault: Annotated[list[str] | None, typer.Option(metavar="FAULT:SYSID@START+SECONDS", help=FAULT_HELP)] = None,
    params: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Parameters for all of them (.param, .parm, .params) over their own."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --sitl: keep the autopilots' files (logs, console) there."),
    ] = None,
    is_joined: Annotated[bool, typer.Option("--joined", hidden=True, help="Of a window, to its broker.")] = False,
    speed: Annotated[
        float | None,
        typer.Option(help="Simulated seconds for each real one, 1 by default.", min=0.01, show_default=False),
    ] = None,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Fly this scenario (YAML) in a world of its own and judge what it expects: exit code 3 where that is "
            "not met. Several fly together. With --sitl real autopilots fly it.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="With --scenario: where its recording stays.")
    ] = None,
    json_lines: Annotated[bool, typer.Option("--json", help="With --scenario: the result as JSON.")] = False,
) -> None:
    """Pretend to be autopilots, or start real ones in their simulators, for any ground station."""
    from groundstation.app.processes import stop_on_signal
    from groundstation.app.simulation import (
        Failing,
        fly_on,
        joined,
        make_plan,
        make_sitl_plan,
        parameters_of,
        run_simulation,
        run_sitl,
    )

    if is_joined:
        broker = os.environ.get(JOINS, "")
    if scenario:
        from groundstation.app.scenario_cli import fly_files

        own = {"--vehicles": vehicles, "--broker": broker, "--link": link, "--home": home, "--wind": wind}
        more = {"--flavour": flavour, "--autofly": autofly, "--fault": fault, "--params": params, "--folder": folder}
        rest = {"--ready": ready, "--seed": seed != 1, "--first-sysid": first_sysid != 1}
        wrong = [name for name, value in (*own.items(), *more.items(), *rest.items()) if value]
        if wrong:
            raise UsageError(f"{wrong[0]}: a scenario has its own; leave it out with --scenario")
        fly_files(scenario, sitl or [], out, speed, json_lines=json_lines)
        return
    if out is not None or json_lines:
        raise UsageError(f"{'-o' if out is not None else '--json'} is for a scenario; give --scenario FILE too")
    if broker is not None and link is not None:
        raise UsageError("--broker brings a bridge with a link of its own; leave --link out, or run a bridge yourself")
    words: dict[str, Any] = {"home": home, "wind": wind, "first_sysid": first_sysid, "speed": speed or 1.0}
    common = {**words, "parameters": parameters_of(params), "faults": fault or []}
    if sitl:
        unfit: dict[str, Any] = {"--flavour": flavour, "--autofly": autofly, "--ready": ready}
        wrong = [name for name, value in unfit.items() if value]
        if wrong:
            raise UsageError(f"{wrong[0]} is for the built-in simulator; leave it out with --sitl")
    elif folder is not None:
        raise UsageError("--folder is for real autopilots; give --sitl PATH too")
    failing = Failing(_say_plain)
    with stop_on_signal(fly_on, failing.take) as stop, joined(broker, link, _say_plain) as way:
        if sitl:
            plan = make_sitl_plan(sitl, vehicles, link=way, folder=folder, **common)
            run_sitl(plan, stop, _say_plain, failing)
        else:
            count = DEFAULT_VEHICLES if vehicles is None else vehicles
            ours = make_plan(
                vehicles=count, link=way, seed=seed, flavours=flavour, ready=ready, autofly=autofly, **common
            )
            run_simulation(ours, stop, _say_addresses, failing)


def _say_plain(line: str) -> None:
    errors.print(line, markup=False, highlight=False, soft_wrap=True)


def _say_addresses(addresses: dict[int, tuple[str, int]]) -> None:
    from groundstation.simulator.plan import MAX_SYSTEM_ID

    for system, (host, port) in addresses.items():
        logging.getLogger("groundstation").info("vehicle %d on %s:%d", system, host, port)
    host, port = next(iter(addresses.values()))
    errors.print(f"{len(addresses)} simulated vehicles, the first on {host}:{port}; Ctrl-C ends them")
    if len(addresses) > MAX_SYSTEM_ID:
        host, port = addresses[MAX_SYSTEM_ID + 1]
        errors.print(
            f"system ids begin anew after each {MAX_SYSTEM_ID}, for a bridge of its own each, with --name '*=second-*' "
            f"or the like; vehicle {MAX_SYSTEM_ID + 1} is on {host}:{port}",
            soft_wrap=True,
        )
