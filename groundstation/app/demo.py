# SPDX-License-Identifier: Apache-2.0
"""`groundstation demo`: broker, bridge, simulated vehicles and a humidity sensor as child processes, and the window.

Without a display the same window runs off-screen, the fleet is shown in the terminal, and a picture is saved.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from groundstation.app.alarm_cli import alarm_child
from groundstation.app.company import LINGER_S
from groundstation.app.display import WINDOW_OPEN, check_qt
from groundstation.app.left_behind import Note, NoteFile, running, take_over
from groundstation.app.processes import Child, Supervisor
from groundstation.app.record_cli import recorder_child
from groundstation.app.simulation import make_plan
from groundstation.app.watch import table_console
from groundstation.app.wiring import client_id, free_udp_port
from groundstation.fleet.conditions import Level
from groundstation.fleet.errors import GroundStationError
from groundstation.logs.session_folder import default_recordings
from groundstation.simulator.plan import SquadronPlan
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import Outgoing
from groundstation.transport.embedded_broker import (
    DEFAULT_PORT,
    HOST,
    LESS_THAN_MOSQUITTO,
    check_port,
    choose_broker,
    free_port,
)
from groundstation.transport.mqtt_worker import MqttWorker

SENSOR_TOPIC = "Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/Nem-Sıcaklık/Nem"
SENSOR_FILTERS = ("Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/#",)
SENSOR_PERIOD_S = 1.0
HEADLESS_S = 20.0
DEFAULT_PICTURE = Path("build/demo.png")
DEMO_BYTES = "1GB"
"""Recordings of simulated flights are worth no more room."""
TABLE_PERIOD_S = 4.0
TABLE_PERIOD_A_ROW_S = 0.1
PICTURE_SIZE = (1440, 900)
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".webp")
"""What Qt writes; a name that ends otherwise can't be saved, which Qt tells at the end only."""


_said = Console(stderr=True)


def _say(line: str) -> None:
    # what a child says of its own Ctrl-C is wrong here, where the key ends the whole demo
    if "Ctrl-C ends" not in line:
        _said.print(line, markup=False, highlight=False, soft_wrap=True)


def run_demo(
    vehicles: int,
    stop: threading.Event,
    *,
    flavours: list[str] | None = None,
    headless: bool,
    duration_s: float | None,
    picture: Path | None,
) -> None:
    """Run everything until the window is closed, the time is over, or Ctrl-C.

    Args:
        vehicles: how many to simulate.
        stop: ends it.
        flavours: which autopilots they play in turn; None for the usual mix.
        headless: run the window off-screen and show the fleet in the terminal.
        duration_s: end after so long; None for never.
        picture: save the window there before the end.

    Raises:
        GroundStationError: the picture can't be written, or something that the window needs is missing.
        UsageError: there is no such flavour.
    """
    # before anything is started, as all that can be wrong with the words of the user
    plan = make_plan(vehicles=vehicles, flavours=flavours, faults=[])
    if picture is not None:
        check_picture(picture)
    check_qt("offscreen" if headless else "")
    if headless:
        # before the application is made, which reads it once
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with demo_children(plan, stop) as url:
        _run_window(url, stop, headless=headless, duration_s=duration_s, picture=picture)


def check_picture(picture: Path) -> None:
    """See that a picture can be saved there, before anything is started for it; leaves nothing behind but folders.

    Raises:
        GroundStationError: nothing can be written there, or its name does not end as a picture's.
    """
    if picture.suffix.lower() not in PICTURES:
        raise _cant_write(picture, f"its name must end with {', '.join(PICTURES[:-1])} or {PICTURES[-1]}")
    try:
        picture.parent.mkdir(parents=True, exist_ok=True)
        if picture.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if picture.exists():
            # appending leaves what is there as it is
            picture.open("ab").close()
        else:
            tempfile.TemporaryFile(dir=picture.parent).close()
    except OSError as error:
        raise _cant_write(picture, error.strerror or str(error)) from error


def _cant_write(picture: Path, why: str) -> GroundStationError:
    return GroundStationError(f"can't write {picture} ({why}); choose another --screenshot")


@contextlib.contextmanager
def demo_children(plan: SquadronPlan, stop: threading.Event) -> Iterator[BrokerUrl]:
    """Broker, bridge, simulator, recorder and sensor; all ended on the way out. Those of a demo that died are found."""
    supervisor, file = Supervisor(), NoteFile(_notes())
    asked = f"{plan.vehicles} {' '.join(plan.flavours)}"
    left = take_over(_notes(), asked)
    link = left.link if left is not None else f"{HOST}:{free_udp_port()}"
    with contextlib.ExitStack() as ending:
        # first in, last out: the note names the children as long as they run
        ending.callback(file.remove)
        ending.callback(supervisor.stop)
        url = _start_broker(supervisor, stop, left)
        sensor = HumiditySensor(url)
        ending.callback(sensor.stop)
        bridge = ["bridge", "--broker", url.shown, "--link", f"udpin:{link}", "--root", "sim", "--id", "demo"]
        simulator = ["simulate", "--vehicles", str(plan.vehicles), "--link", f"udpout:{link}", "--ready", "--autofly"]
        simulator += [word for name in plan.flavours for word in ("--flavour", name)]
        for name, words in (("bridge", bridge), ("simulator", simulator)):
            _add(supervisor, Child(name, words, on_line=_say, linger_s=LINGER_S), left)
        _add(supervisor, recorder_child(url.shown, _recordings(), _say, ("--max-size", DEMO_BYTES)), left)
        _add(supervisor, alarm_child(url.shown, _say), left)
        _keep_note(supervisor, file, asked, url.port, link)
        sensor.start()
        yield url


def _add(supervisor: Supervisor, child: Child, left: Note | None) -> None:
    """Start a child, or take over the one that was left behind."""
    found = left.children.get(child.name) if left is not None else None
    process = found.process() if found is not None else None
    if process is not None:
        _say(f"{child.name}: goes on, a window that died had started it")
        child.adopt(process)
    supervisor.add(child)


def _keep_note(supervisor: Supervisor, file: NoteFile, asked: str, port: int, link: str) -> None:
    """Write down what runs, and again whenever a child was started anew."""
    owner = running(os.getpid())
    assert owner is not None  # noqa: S101 - this process

    def write() -> None:
        pids = {child.name: child.pid for child in supervisor.children}
        found = {name: running(pid) for name, pid in pids.items() if pid is not None}
        known = {name: one for name, one in found.items() if one is not None}
        file.write(Note(owner=owner, plan=asked, broker_port=port, link=link, children=known))

    write()
    for child in supervisor.children:
        child.on_start = write


def _notes() -> Path:
    """Where demos write down what they started."""
    return default_recordings().with_name("running")


def _recordings() -> Path:
    """Apart from those of real flights."""
    return default_recordings().with_name("demo-recordings")


def _start_broker(supervisor: Supervisor, stop: threading.Event, left: Note | None = None) -> BrokerUrl:
    """Our own broker, once it listens: those that are started next would report that nothing does.

    On MQTT's own port where it is free, so that other programs find the demo without being told. Two demos that start
    in the same moment both find it free; the one whose broker ends takes another, or it would fly on the other's.
    """
    if left is not None:
        _add(supervisor, _broker(left.broker_port), left)
        return BrokerUrl(host=HOST, port=left.broker_port)
    try:
        check_port(DEFAULT_PORT)
        port = DEFAULT_PORT
    except GroundStationError:
        port = free_port()
    # kept back until it is clear that this broker stays: what one says that found its port taken would only confuse
    said: list[str] = []
    child = _broker(port, said.append)
    child.start()
    if child.wait_listening(port, stop):
        child.on_line = _say
        for line in said:
            _say(line)
    elif not stop.is_set() and child.pid is None:
        port = free_port()
        child = _broker(port)
        child.start()
        child.wait_listening(port, stop)
    supervisor.add(child)
    url = BrokerUrl(host=HOST, port=port)
    if port != DEFAULT_PORT:
        _say(f"port {DEFAULT_PORT} is taken, so the demo's broker listens on {url.shown}")
    return url


def _broker(port: int, say: Callable[[str], None] = _say) -> Child:
    return Child("broker", ["broker", "--port", str(port)], on_line=say, linger_s=LINGER_S)


def _say_qt(kind: object, context: object, text: str) -> None:
    """Qt's own messages; the off-screen platform complains of what it can't do at every new window."""
    del kind, context
    if "propagateSizeHints" not in text:
        _said.print(text, markup=False, highlight=False, soft_wrap=True)


def _run_window(
    url: BrokerUrl, stop: threading.Event, *, headless: bool, duration_s: float | None, picture: Path | None
) -> None:
    from PySide6.QtCore import QSettings, qInstallMessageHandler

    from groundstation.app.gui import Station

    if headless:
        qInstallMessageHandler(_say_qt)
    # apart from those of a window on real vehicles
    settings = QSettings("groundstation", "demo")
    station = Station(url, settings, SENSOR_FILTERS, recordings=_recordings())
    if headless:
        station.window.resize(*PICTURE_SIZE)
    table = _TerminalTable(station) if headless else None
    give_up_s = None if duration_s is None else time.monotonic() + duration_s
    console = table_console()

    def on_tick() -> None:
        now_s = time.monotonic()
        if give_up_s is not None and now_s >= give_up_s:
            stop.set()
        if table is not None:
            table.show(console, now_s)

    def save() -> None:
        if picture is not None:
            if not station.window.grab().save(str(picture)):
                raise _cant_write(picture, "Qt does not say why")
            console.print(f"saved {picture}", highlight=False, soft_wrap=True)

    _tell_of_broker(station)
    if not headless:
        _say(WINDOW_OPEN)
    station.run(stop, on_tick, save, ends_on_fault=headless)


def _tell_of_broker(station: object) -> None:
    """Say once in the window what the broker that was started for it lacks."""
    from groundstation.app.gui import Station

    assert isinstance(station, Station)  # noqa: S101 - typed lazily, so that --help needs no Qt
    if choose_broker("auto") != "mosquitto" and station.window.floating is not None:
        station.window.floating.notices.say(LESS_THAN_MOSQUITTO, Level.ADVISORY)


class _TerminalTable:
    """The fleet as lines of text, once a second."""

    def __init__(self, station: object) -> None:
        self._station = station
        self._next_s = 0.0

    def show(self, console: Console, now_s: float) -> None:
        from groundstation.app.gui import Station
        from groundstation.app.watch import fleet_table

        if now_s < self._next_s:
            return
        assert isinstance(self._station, Station)  # noqa: S101 - typed lazily
        fleet = self._station.feed.fleet
        # printing runs between two frames of the window: the more rows, the less often
        self._next_s = now_s + max(TABLE_PERIOD_S, len(fleet) * TABLE_PERIOD_A_ROW_S)
        console.print(fleet_table(fleet, now_s, self._station.bus.worker.status))


class HumiditySensor:
    """A device like any other on the broker: publishes a plain number once a second. Thread `humidity-sensor`."""

    def __init__(self, url: BrokerUrl) -> None:
        name = client_id("sensor")
        self._bus = MqttWorker(
            url, client_id=name, echo_topic=topics.station("sim", name, "echo"), on_message=lambda _: None
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="humidity-sensor", daemon=True)

    def start(self) -> None:
        """Begin to publish."""
        self._bus.start()
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
            self._bus.stop()

    def _run(self) -> None:
        while not self._stopping.wait(SENSOR_PERIOD_S):
            # a cabinet's humidity: a slow wave around 45 %, by the minute
            percent = 45.0 + 6.0 * math.sin(time.monotonic() / 60.0) + 0.4 * math.sin(time.monotonic() * 1.7)
            self._bus.publish([Outgoing(SENSOR_TOPIC, f"{percent:.1f}".encode())])
