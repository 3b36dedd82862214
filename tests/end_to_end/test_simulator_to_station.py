# SPDX-License-Identifier: Apache-2.0
"""Simulator, bridge, broker and station together, each in its process, and what happens when one of them dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from groundstation.app.wiring import StationBus
from groundstation.fleet.events import EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.link import Connection, ConnReason, LinkState
from groundstation.fleet.roster import Fleet
from groundstation.fleet.vehicle import VehicleState
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.plan import SquadronPlan
from groundstation.simulator.squadron import Squadron
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.inbox import Inbox
from tests.support.brokers import BrokerChild
from tests.support.ports import free_port
from tests.support.programs import Program
from tests.support.waiting import wait_until

HOME_LAT, HOME_LON = 40.9940, 39.7710


class Station:
    """What `watch` and the window do, without a screen."""

    def __init__(self, url: str) -> None:
        self.inbox, self.fleet = Inbox(), Fleet()
        self.statuses: list[tuple[float, BusStatus]] = []
        self.conns: dict[str, list[Connection]] = {}
        self.bus = StationBus(parse_broker_url(url), ("fleet", "sim"), self.inbox, self._on_status, role="test")
        self.bus.start()

    def _on_status(self, status: BusStatus) -> None:
        self.statuses.append((time.monotonic(), status))

    def look(self) -> None:
        for update in self.inbox.drain().updates:
            self.fleet.fold([update])
            for state in self.fleet:
                known = self.conns.setdefault(state.key.id, [])
                if state.connection is not None and (not known or known[-1] != state.connection):
                    known.append(state.connection)

    def until(self, is_true: Callable[[], bool], what: str = "") -> None:

        def looked() -> bool:
            self.look()
            return is_true()

        wait_until(looked, what=what)

    def state(self, number: int) -> VehicleState | None:
        return self.fleet.get(VehicleKey("sim", f"uav-{number}"))

    def has(self, number: int, state: LinkState, reason: ConnReason | None = None) -> bool:
        found = self.state(number)
        if found is None or found.connection is None:
            return False
        return found.connection.state is state and reason in (None, found.connection.reason)

    def had(self, number: int, state: LinkState, reason: ConnReason) -> bool:
        return any((one.state, one.reason) == (state, reason) for one in self.conns.get(f"uav-{number}", []))

    def is_live(self, number: int) -> bool:
        found = self.state(number)
        return (
            found is not None
            and self.has(number, LinkState.ONLINE)
            and found.age_s("position", time.monotonic()) is not None
            and found.freshness("position", time.monotonic()) is Freshness.FRESH
        )

    def events(self, number: int) -> list[EventKind]:
        found = self.state(number)
        return [] if found is None else [one.kind for one in found.messages]


class Scene:
    """A bridge on a broker, a squadron that calls it, a station that watches."""

    def __init__(self, broker: BrokerChild) -> None:
        self.port = free_port()
        self._broker = broker
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.bridge = self.start_bridge()
        self.station = Station(broker.url)
        # faults come at their time of the flight: who shall see them is there before
        self.station.until(lambda: ("sim", "br") in self.station.fleet.bridges, "the bridge and the station are there")

    def start_bridge(self) -> Program:
        link = f"udpin:127.0.0.1:{self.port}"
        self.bridge = Program("bridge", "--link", link, "--broker", self._broker.url, "--root", "sim", "--id", "br")
        return self.bridge

    def fly(self, vehicles: int, *faults: str) -> None:
        plan = SquadronPlan(
            vehicles=vehicles,
            link=f"udpout:127.0.0.1:{self.port}",
            ready=True,
            flavours=("copter",),
            faults=tuple(Fault.parse(one) for one in faults),
        )
        self._thread = threading.Thread(target=Squadron(plan).run, args=(self._stop,), name="squadron")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.bridge.close()
        self.station.bus.stop()


@pytest.fixture
def scene(any_broker: BrokerChild) -> Iterator[Scene]:
    made = Scene(any_broker)
    yield made
    made.close()


@pytest.fixture
def quick_scene(mosquitto_broker: BrokerChild) -> Iterator[Scene]:
    made = Scene(mosquitto_broker)
    yield made
    made.close()


def is_plausible(state: VehicleState) -> None:
    assert state.position is not None
    assert state.position.lat_deg == pytest.approx(HOME_LAT, abs=0.02)
    assert state.position.lon_deg == pytest.approx(HOME_LON, abs=0.02)
    assert state.position.height_home_m == pytest.approx(0.0, abs=3.0)
    assert state.attitude is not None
    assert abs(state.attitude.roll_deg or 0.0) < 5.0
    assert state.battery
    assert 0.5 < (state.battery[0].charge_fraction or 0.0) <= 1.0
    assert 10.0 < (state.battery[0].voltage_v or 0.0) < 60.0
    assert state.gps
    assert (state.gps[0].satellites or 0) > 5
    assert state.armed is not None
    assert state.armed.is_armed is False
    assert state.mode is not None
    assert state.mode.name
    assert state.info is not None
    assert state.info.autopilot == "ardupilot"
    assert state.link is not None
    assert state.link.damaged == 0


@pytest.mark.long
def test_vehicles_appear_and_outlive_the_death_of_broker_and_bridge(scene: Scene, any_broker: BrokerChild) -> None:
    station = scene.station
    scene.fly(2)
    station.until(lambda: station.is_live(1) and station.is_live(2), what="two vehicles")

    for kind in ("position", "attitude", "battery", "gps", "armed", "mode", "info", "link"):
        station.until(lambda kind=kind: all(getattr(state, kind) for state in station.fleet), what=kind)
    assert {str(state.key) for state in station.fleet} == {"sim/uav-1", "sim/uav-2"}
    for state in station.fleet:
        is_plausible(state)
    assert station.inbox.counts.undecodable == station.inbox.counts.dropped == 0

    # the broker dies
    any_broker.kill()
    station.until(lambda: station.statuses[-1][1].state is BusState.LOST, "the loss is told")
    any_broker.start()
    began_s = time.monotonic()

    def has_new_samples() -> bool:
        states = [station.state(number) for number in (1, 2)]
        received = [state.received_s("position") for state in states if state is not None]
        return len(received) == 2 and all(one is not None and one > began_s for one in received)

    station.until(has_new_samples, "live samples after the broker's restart")
    assert station.has(1, LinkState.ONLINE)

    # the bridge dies
    scene.bridge.kill()
    gone = [lambda number=number: station.has(number, LinkState.OFFLINE, ConnReason.BRIDGE_LOST) for number in (1, 2)]
    station.until(lambda: all(one() for one in gone), "the bridge's will")
    old = [state.session for state in station.fleet]
    scene.bridge.close()
    scene.start_bridge()
    station.until(lambda: station.is_live(1) and station.is_live(2), what="both back")
    presence = station.fleet.bridges["sim", "br"]
    assert (presence.state, presence.reason) == (LinkState.ONLINE, ConnReason.BRIDGE_STARTED)
    assert not {state.session for state in station.fleet} & set(old)
    assert EventKind.REBOOT not in station.events(1)
    assert all(one.conflict is None for conns in station.conns.values() for one in conns)

    # the bridge is stopped as it should be
    code, _ = scene.bridge.end()
    assert code == 0
    station.until(lambda: station.has(1, LinkState.OFFLINE, ConnReason.BRIDGE_STOPPED), "deaths")


@pytest.mark.long
def test_faults_are_told_for_what_they_are(quick_scene: Scene) -> None:
    station = quick_scene.station
    # started together and silent about their hardware 1 and 2 could not be told apart, so 2 starts anew before
    quick_scene.fly(3, "reboot:2@2.5", "link_loss:3@2.5+5", "duplicate_sysid:2@6.5+3")
    station.until(lambda: all(station.is_live(number) for number in (1, 2, 3)), what="three vehicles")
    station.until(lambda: station.had(2, LinkState.ONLINE, ConnReason.REBOOTED), what="restarted")
    station.until(lambda: station.had(3, LinkState.STALE, ConnReason.LINK_LOST), what="stale")
    station.until(lambda: station.had(3, LinkState.ONLINE, ConnReason.LINK_BACK), what="back")

    def conflicts(number: int) -> list[str]:
        return [str(one.conflict) for one in station.conns.get(f"uav-{number}", []) if one.conflict is not None]

    station.until(lambda: bool(conflicts(1)), what="a conflict")
    assert "two autopilots use system id 1" in conflicts(1)[0]
    assert EventKind.IDENTITY in station.events(1)

    def is_over() -> bool:
        state = station.state(1)
        return state is not None and state.connection is not None and state.connection.conflict is None

    station.until(is_over, "the end of the conflict")
    station.until(lambda: all(station.is_live(number) for number in (1, 2, 3)), what="all as before")
    assert station.events(2).count(EventKind.REBOOT) == 1
    assert EventKind.REBOOT not in station.events(1) + station.events(3)
    assert not station.had(3, LinkState.OFFLINE, ConnReason.LINK_LOST)
    assert conflicts(2) == conflicts(3) == []


@pytest.mark.long
def test_more_vehicles_than_system_ids_are_told_apart_by_their_bridges(mosquitto_broker: BrokerChild) -> None:
    port = free_port(2)
    bridges = [
        Program(
            "bridge",
            "--link",
            f"udpin:127.0.0.1:{port + place}",
            "--broker",
            mosquitto_broker.url,
            "--root",
            "sim",
            *names,
        )
        for place, names in enumerate(((), ("--name", "*=north-*")))
    ]
    station = Station(mosquitto_broker.url)
    simulator = Program("simulate", "--vehicles", "252", "--link", f"udpout:127.0.0.1:{port}", "--ready")
    wanted = {f"uav-{number}" for number in range(1, 251)} | {"north-1", "north-2"}
    try:
        station.until(lambda: {state.key.id for state in station.fleet} >= wanted, "all 252 vehicles")
        assert {state.key.id for state in station.fleet} == wanted
        assert all(one.conflict is None for conns in station.conns.values() for one in conns)
    finally:
        station.bus.stop()
        for program in (simulator, *bridges):
            program.close()
