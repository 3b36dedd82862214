# SPDX-License-Identifier: Apache-2.0
"""The command line. Each command imports what it needs when it is called, so that `--help` is quick."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler

from groundstation import __version__
from groundstation.app import (
    alarm_cli,
    bench_cli,
    export_cli,
    link_cli,
    log_cli,
    logbook_cli,
    mark_cli,
    operators_cli,
    order_cli,
    param_cli,
    plan_cli,
    procedure_cli,
    record_cli,
    recordings_cli,
    refly_cli,
    replay_cli,
    report_cli,
    settings_cli,
    simulate_cli,
    sparkplug_cli,
    start_cli,
    topics_cli,
)
from groundstation.app.command_options import Broker, BrokerDefault, Flavours
from groundstation.fleet.errors import GroundStationError, UsageError

app = typer.Typer(
    name="groundstation",
    help="A ground station for fleets of drones that speaks MQTT. Without a command it opens the window and starts "
    "whatever is missing, see 'start'.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
errors = Console(stderr=True, emoji=False)
"""No emoji: a path that ends in ":x" is no cross."""

WRONG_WORDS: type[Exception] = typer.BadParameter.__bases__[0]
"""What the library raises for words that it doesn't know; it has no public name for it."""


def main() -> None:
    """Run a command; expected trouble is one line and exit code 1, bad usage is exit code 2."""
    try:
        # else the library prints errors in its own way and ends the process itself
        sys.exit(app(standalone_mode=False) or 0)
    except WRONG_WORDS as error:
        words = str(getattr(error, "message", "") or error).strip().rstrip(".")
        if words:
            errors.print(f"[red]groundstation:[/] {_escaped(words)}; see --help", highlight=False, soft_wrap=True)
        sys.exit(2)
    # as shells tell of a program that was ended by Ctrl-C: 128 and the number of SIGINT
    except typer.Abort:
        sys.exit(130)
    except UsageError as error:
        errors.print(f"[red]groundstation:[/] {_escaped(error)}", highlight=False, soft_wrap=True)
        sys.exit(2)
    except GroundStationError as error:
        errors.print(f"[red]groundstation:[/] {_escaped(error)}", highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _escaped(error: Exception | str) -> str:
    from rich.markup import escape

    # one line; and rich would take what stands in square brackets for markup
    return escape(" ".join(str(error).split()))


def _say_plain(line: str) -> None:
    """A line from outside, letter by letter."""
    errors.print(line, markup=False, highlight=False, soft_wrap=True)


def _log(verbose: bool) -> None:
    level = logging.INFO if verbose else logging.WARNING
    handler = RichHandler(console=errors, show_path=False, log_time_format="%H:%M:%S", markup=False)
    logging.basicConfig(level=level, format="%(message)s", handlers=[handler])


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more on the terminal.")] = False,
) -> None:
    if version:
        typer.echo(f"groundstation {__version__}")
        raise typer.Exit
    _log(verbose)
    if context.invoked_subcommand is None:
        # as other ground stations do: no words, and it just works
        start_cli.start()


@app.command()
def demo(
    vehicles: Annotated[int, typer.Option(help="How many vehicles to simulate.", min=1, max=250)] = 5,
    flavour: Flavours = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="No window; the fleet is shown in the terminal.")
    ] = False,
    duration: Annotated[float | None, typer.Option(help="End after so many seconds.", min=1.0)] = None,
    screenshot: Annotated[Path | None, typer.Option(help="Save a picture of the window before the end.")] = None,
) -> None:
    """Open the window on simulated vehicles near Trabzon: broker, bridge, simulator and a sensor, all started here."""
    from groundstation.app.demo import DEFAULT_PICTURE, HEADLESS_S, run_demo
    from groundstation.app.display import display_problem
    from groundstation.app.processes import stop_on_signal

    problem = None if headless else display_problem()
    if problem is not None:
        headless, duration, screenshot = True, duration or HEADLESS_S, screenshot or DEFAULT_PICTURE
        _say_plain(f"{problem}: running off-screen for {duration:.0f} s, picture in {screenshot}")
    if headless:
        duration = duration or HEADLESS_S
    with stop_on_signal() as stop:
        run_demo(vehicles, stop, flavours=flavour, headless=headless, duration_s=duration, picture=screenshot)


@app.command()
def gui(
    broker: Broker = BrokerDefault,
    subscribe: Annotated[
        list[str] | None, typer.Option(metavar="FILTER", help="Topic filter of sensors, such as site/room/#.")
    ] = None,
    observe: Annotated[bool, typer.Option("--observe", help="Only look: this window can't command anything.")] = False,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Run a recorder as long as the window is open.")
    ] = True,
    recordings: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the recordings; this user's own by default.")
    ] = None,
    alarms: Annotated[
        bool, typer.Option("--alarms/--no-alarms", help="Run an engine of alarms; of several on a broker one leads.")
    ] = True,
    meanings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What topics mean: names, units, places; see 'topics'.")
    ] = None,
) -> None:
    """Open the window on a broker, and record what happens."""
    from groundstation.app.alarm_cli import alarm_child
    from groundstation.app.display import check_qt, display_problem
    from groundstation.app.meanings_work import read_meanings
    from groundstation.app.processes import Supervisor, stop_on_signal
    from groundstation.app.record_cli import recorder_child
    from groundstation.app.wiring import broker_from_text
    from groundstation.fleet.commands import Role
    from groundstation.transport import topics

    url = broker_from_text(broker)
    # before anything is started: a filter that MQTT forbids is wrong usage
    filters = tuple(topics.checked_filter(text) for text in subscribe or [])
    if meanings is not None:
        read_meanings(meanings)
    # before Qt, which ends the process where it finds no display
    problem = display_problem()
    if problem is not None:
        raise GroundStationError(f"{problem}; use 'groundstation watch' in a terminal, or start a desktop session")
    check_qt()
    from PySide6.QtCore import QSettings

    from groundstation.app.display import WINDOW_OPEN
    from groundstation.app.gui import Station
    from groundstation.app.settings_file import own_recordings
    from groundstation.app.settings_work import begin_again, settings_access

    own = settings_access()
    recordings = recordings or own_recordings()
    role = Role.OBSERVER if observe else Role.OPERATOR
    supervisor = Supervisor()
    with stop_on_signal() as stop:
        try:
            if record:
                supervisor.add(recorder_child(broker, recordings, _say_plain, is_left=True))
            if alarms:
                supervisor.add(alarm_child(broker, _say_plain, is_left=True))
            settings = QSettings("groundstation", "groundstation")
            station = Station(url, settings, filters, role=role, recordings=recordings, meanings=meanings, own=own)
            errors.print(WINDOW_OPEN)
            station.run(stop)
        finally:
            supervisor.stop()
    if station.is_again and not stop.is_set():
        begin_again()


@app.command()
def broker(
    port: Annotated[int, typer.Option(help="TCP port on 127.0.0.1.", min=1, max=65535)] = 1883,
    kind: Annotated[str, typer.Option(help="auto (mosquitto when installed), mosquitto or iotcore.")] = "auto",
) -> None:
    """Run the embedded broker, reachable from this computer only."""
    from groundstation.app.company import staying_on
    from groundstation.app.processes import stop_on_signal
    from groundstation.transport.broker_url import BrokerUrl
    from groundstation.transport.embedded_broker import HOST, check_port, choose_broker, run_broker

    if kind not in ("auto", "mosquitto", "iotcore"):
        raise UsageError(f"--kind '{kind}': there are auto, mosquitto and iotcore")
    with stop_on_signal(staying_on(BrokerUrl(host=HOST, port=port))) as stop:
        check_port(port)
        errors.print(f"{choose_broker(kind)} listens on mqtt://127.0.0.1:{port}; Ctrl-C ends it")
        run_broker(port, kind, stop)


@app.command()
def bridge(
    link: Annotated[
        list[str] | None,
        typer.Option(
            "--link",
            metavar="TEXT",
            help="udpin:0.0.0.0:14550, udpout:host:port, tcp:host:port, tcpin:host:port, "
            "serial:/dev/ttyACM0:115200, tlog:FILE[@SPEED]. Can be given several times.",
        ),
    ] = None,
    broker: Broker = BrokerDefault,
    root: Annotated[
        str,
        typer.Option(help="fleet for real vehicles (the usual), sim for simulated ones; recordings go under replay."),
    ] = "",
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name", metavar="SYSID=ID[:NAME]", help="Name a vehicle by its system id, or all of them: '*=north-*'."
        ),
    ] = None,
    bridge_id: Annotated[str, typer.Option("--id", help="Id of this bridge on the bus.")] = "",
    sysid: Annotated[int, typer.Option(help="Our MAVLink system id.", min=1, max=255)] = 255,
    rate: Annotated[float, typer.Option(help="Factor on all telemetry rates; 0.5 for weak links.", min=0.05)] = 1.0,
    max_distance: Annotated[
        float, typer.Option(help="Farthest that a vehicle may be sent from where it is, metres.", min=1.0)
    ] = 10_000.0,
    max_height: Annotated[float, typer.Option(help="Highest that it may be sent above home, metres.", min=1.0)] = 500.0,
    min_height: Annotated[
        float, typer.Option(help="Lowest, above home, metres; negative where the ground falls away from home.")
    ] = 2.0,
    outbox: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where messages wait while the broker is away; this user's own by default."),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw/--no-raw", help="Publish every MAVLink frame as it came, for recorders.")
    ] = True,
    links_file: Annotated[
        Path | None,
        typer.Option(
            "--links",
            metavar="FILE",
            help="Remember there which links operators add; without the file UDP 14550 and 14540 on all interfaces.",
        ),
    ] = None,
    find_serial: Annotated[
        bool, typer.Option("--find-serial", help="Open autopilots on serial ports as they are plugged in.")
    ] = False,
    loopback: Annotated[bool, typer.Option("--loopback", help="With --links: listen to this computer alone.")] = False,
) -> None:
    """Translate between MAVLink links and MQTT topics."""
    from groundstation.app.bridge_process import make_bridge
    from groundstation.app.company import staying_on
    from groundstation.app.processes import stop_on_signal
    from groundstation.app.wiring import broker_from_text, default_bridge_id, parse_names
    from groundstation.bridge.outbox_store import default_store_path
    from groundstation.fleet.identity import is_vehicle_id
    from groundstation.fleet.preconditions import Limits

    if root not in ("", "fleet", "sim", "replay"):
        raise UsageError(f"--root '{root}': there are fleet, sim and, for recordings, replay")
    if bridge_id and not is_vehicle_id(bridge_id):
        raise UsageError(f"--id '{bridge_id}': use letters, digits, '-' and '_', at most 32")
    link = link or []
    if not link and links_file is None and not find_serial:
        raise UsageError("give --link (udpin:0.0.0.0:14550), --links FILE or --find-serial")
    if any(one.startswith("tlog:") for one in link) and (links_file is not None or find_serial):
        raise UsageError("a recording is played by a bridge of its own: leave --links and --find-serial out")
    bridge_id = bridge_id or default_bridge_id(link or [f"{links_file or 'serial'}"])
    settings: dict[str, object] = {
        "bridge_id": bridge_id,
        "outbox": outbox or default_store_path(f"{root or 'fleet'}-{bridge_id}"),
        "has_raw": raw,
        "finds_serial": find_serial,
        "names": parse_names(name or []),
        "sysid": sysid,
        "rate_scale": rate,
        "limits": Limits(distance_m=max_distance, height_home_m=max_height, least_height_home_m=min_height),
    }
    url = broker_from_text(broker)
    process = make_bridge(url, link, root, settings, links_file, is_loopback=loopback)
    heard_on = ", ".join(process.link_texts) or "serial ports"
    goal = f"{process.bus.status.broker} under {process.root}/"
    with stop_on_signal(staying_on(url)) as stop:
        errors.print(f"bridge {settings['bridge_id']}: {heard_on} -> {goal}; Ctrl-C ends it", soft_wrap=True)
        process.run(stop)


@app.command()
def watch(
    broker: Broker = BrokerDefault,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line for scripts.")] = False,
    duration: Annotated[float | None, typer.Option(help="End after so many seconds.", min=0.1)] = None,
    period: Annotated[float, typer.Option(help="With --json: seconds between lines of a vehicle.", min=0.05)] = 1.0,
) -> None:
    """Show every vehicle under fleet/ and sim/ in the terminal."""
    from groundstation.app.processes import stop_on_signal
    from groundstation.app.watch import watch_json, watch_table
    from groundstation.app.wiring import broker_from_text

    url = broker_from_text(broker)
    with stop_on_signal() as stop:
        if json_lines:
            watch_json(url, stop, duration, period)
        else:
            watch_table(url, stop, duration)


@app.command()
def doctor(json_lines: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> None:
    """Say what this machine lacks and how to get it."""
    import msgspec
    from rich.table import Table
    from rich.text import Text

    from groundstation.app.doctor import examine

    findings = examine()
    if json_lines:
        typer.echo(msgspec.json.encode(findings).decode())
    else:
        table = Table(box=None, pad_edge=False)
        for name in ("", "what", "found"):
            table.add_column(name, overflow="fold")
        for one in findings:
            mark = (
                Text("ok", "green")
                if one.is_good
                else Text("missing" if one.is_needed else "could be better", "yellow")
            )
            table.add_row(mark, one.name, Text(one.found))
        console = Console()
        console.print(table)
        for one in findings:
            if not one.is_good:  # whole lines below the table: in a column a command could not be copied
                console.print(f"{one.name}: {one.remedy}", soft_wrap=True, markup=False, highlight=False)
    if any(one.is_needed and not one.is_good for one in findings):
        raise typer.Exit(1)


start_cli.add_to(app)
link_cli.add_to(app)
bench_cli.add_to(app)
order_cli.add_to(app)
param_cli.add_to(app)
plan_cli.add_to(app)
procedure_cli.add_to(app)
mark_cli.add_to(app)
alarm_cli.add_to(app)
operators_cli.add_to(app)
topics_cli.add_to(app)
record_cli.add_to(app)
recordings_cli.add_to(app)
settings_cli.add_to(app)
replay_cli.add_to(app)
refly_cli.add_to(app)
log_cli.add_to(app)
logbook_cli.add_to(app)
export_cli.add_to(app)
report_cli.add_to(app)
simulate_cli.add_to(app)
sparkplug_cli.add_to(app)
