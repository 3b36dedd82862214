# SPDX-License-Identifier: Apache-2.0
"""Real sockets on ports the system chooses; awaited with time limits, never with fixed sleeps."""

from __future__ import annotations

import itertools
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.simulator.airfield import Airfield
from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.plan import SquadronPlan
from groundstation.simulator.squadron import Squadron
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_S = PATIENCE_S


@contextmanager
def flying(**plan: Any) -> Iterator[Squadron]:
    plan.setdefault("flavours", ("copter",))
    plan.setdefault("ready", True)
    plan.setdefault("speed", 5.0)
    squadron = Squadron(SquadronPlan(**plan))
    stop = threading.Event()
    thread = threading.Thread(target=squadron.run, args=(stop,), name="simulator")
    thread.start()
    try:
        yield squadron
    finally:
        stop.set()
        thread.join(WAIT_S)
        assert not thread.is_alive()


class Ear:
    """A ground station's end of one socket."""

    def __init__(self, own: socket.socket) -> None:
        self.own = own
        self.own.settimeout(WAIT_S)
        self.mav = dialect.MAVLink(None, srcSystem=255, srcComponent=190)
        self.mav.robust_parsing = True

    def until(self, name: str, limit: int = 5000) -> Any:
        for _ in range(limit):
            for message in self.mav.parse_buffer(self.own.recv(65536)) or []:
                if message.get_type() == name:
                    return message
        raise AssertionError(f"no {name}")

    def arm(self) -> bytes:
        return self.mav.command_long_encode(1, 1, 400, 0, 1, 0, 0, 0, 0, 0, 0).pack(self.mav)


def _tcp(address: tuple[str, int]) -> Ear:
    return Ear(socket.create_connection(address, WAIT_S))


def test_udp_out_sends_each_vehicle_from_a_socket_of_its_own() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as station:
        station.bind(("127.0.0.1", 0))
        station.settimeout(WAIT_S)
        with flying(vehicles=3, link=f"udpout:127.0.0.1:{station.getsockname()[1]}") as squadron:
            assert set(squadron.addresses.values()) == {station.getsockname()}
            senders: dict[int, tuple[str, int]] = {}
            while len(senders) < 3:
                data, sender = station.recvfrom(65536)
                senders[data[5]] = sender
            assert len(set(senders.values())) == 3
            ear = Ear(station)
            station.sendto(ear.arm(), senders[1])
            assert ear.until("COMMAND_ACK").result == 0


def test_udp_out_lives_without_anybody_listening() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with flying(link=f"udpout:127.0.0.1:{port}") as squadron, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        late.bind(("127.0.0.1", port))
        late.settimeout(WAIT_S)
        assert Ear(late).until("HEARTBEAT").type == 2
        assert squadron.late_s == 0.0


def test_udp_in_answers_whoever_speaks() -> None:
    with flying(vehicles=2, link="udpin:127.0.0.1:0") as squadron:
        assert len(set(squadron.addresses.values())) == 2
        for _ in range(2):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as station:
                station.connect(squadron.addresses[1])
                ear = Ear(station)
                station.send(ear.arm())
                assert ear.until("COMMAND_ACK").result == 0


def test_tcp_in_serves_several_stations_at_once() -> None:
    with flying(link="tcpin:127.0.0.1:0") as squadron:
        first, second = _tcp(squadron.addresses[1]), _tcp(squadron.addresses[1])
        with first.own, second.own:
            first.until("HEARTBEAT")
            second.until("HEARTBEAT")
            first.own.send(first.arm())
            assert first.until("COMMAND_ACK").result == 0
            assert second.until("STATUSTEXT").text == "Arming motors"


def test_a_reboot_closes_the_tcp_connection_and_takes_a_new_one() -> None:
    with flying(link="tcpin:127.0.0.1:0") as squadron:
        ear = _tcp(squadron.addresses[1])
        with ear.own:
            ear.own.send(ear.mav.command_long_encode(1, 1, 246, 0, 1, 0, 0, 0, 0, 0, 0).pack(ear.mav))
            assert ear.until("COMMAND_ACK").result == 0
            while ear.own.recv(65536):
                pass
        again = _tcp(squadron.addresses[1])
        with again.own:
            assert again.until("HEARTBEAT").system_status == 4


def test_a_reboot_over_udp_begins_again_at_sequence_0() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as station:
        station.bind(("127.0.0.1", 0))
        ear = Ear(station)
        with flying(link=f"udpout:127.0.0.1:{station.getsockname()[1]}"):
            _, sender = station.recvfrom(65536)
            station.sendto(ear.mav.command_long_encode(1, 1, 246, 0, 1, 0, 0, 0, 0, 0, 0).pack(ear.mav), sender)
            while True:
                message = ear.until("PARAM_VALUE")
                if message.get_seq() == 0:
                    break


@pytest.mark.parametrize(
    "link", ["", "tcp:127.0.0.1:1", "udpout:127.0.0.1", "udpout:127.0.0.1:0", "tcpin:127.0.0.1:70000"]
)
def test_a_wrong_link_is_explained(link: str) -> None:
    with pytest.raises(SimulationError, match="udpout"):
        Squadron(SquadronPlan(link=link))


def test_a_taken_port_is_named_and_everything_is_closed_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SimulationError, match=str(port)):
            Squadron(SquadronPlan(link=f"tcpin:127.0.0.1:{port}"))


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        ({"vehicles": 0}, "ids"),
        ({"vehicles": 1001}, "ids"),
        ({"vehicles": 250, "first_sysid": 2}, "ids"),
        ({"vehicles": 2, "first_sysid": 250}, "ids"),
        ({"flavours": ("balloon",)}, "copter"),
        ({"flavours": ()}, "flavours"),
        ({"speed": 0.0}, "speed"),
    ],
)
def test_an_impossible_plan_is_explained(plan: dict[str, Any], word: str) -> None:
    with pytest.raises(SimulationError, match=word):
        SquadronPlan(**plan)


def test_a_slow_machine_gives_up_time_and_says_how_much() -> None:
    now = [0.0]

    class Stop(threading.Event):
        def is_set(self) -> bool:
            now[0] += 3.0
            return now[0] > 8.0

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as station:
        station.bind(("127.0.0.1", 0))
        link = f"udpout:127.0.0.1:{station.getsockname()[1]}"
        squadron = Squadron(SquadronPlan(link=link, ready=True), clock=lambda: now[0], epoch_unix_s=0.0)
        squadron.run(Stop())
    assert squadron.airfield.now_s == pytest.approx(2.0)
    assert squadron.late_s == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("vehicles", [1, 250, 251, 1000])
def test_as_many_vehicles_as_one_thousand_can_be_planned(vehicles: int) -> None:
    plan = SquadronPlan(vehicles=vehicles)
    seats = [plan.seat(index) for index in range(vehicles)]
    assert len(set(seats)) == vehicles
    assert all(1 <= system <= 250 for _, system in seats)


@pytest.mark.long
def test_after_250_vehicles_the_ids_begin_anew_on_the_next_port() -> None:
    port = free_port(2)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second,
    ):
        for place, own in enumerate((first, second)):
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            own.bind(("127.0.0.1", port + place))
        with flying(vehicles=252, link=f"udpout:127.0.0.1:{port}", speed=1.0) as squadron:
            systems = {Ear(second).until("HEARTBEAT").get_srcSystem() for _ in range(20)}
            assert systems == {1, 2}
            assert Ear(first).until("HEARTBEAT").get_srcSystem() in range(1, 251)
            assert [squadron.addresses[number] for number in (250, 251)] == [
                ("127.0.0.1", port),
                ("127.0.0.1", port + 1),
            ]
            vehicle, namesake = squadron.airfield.vehicle(1), squadron.airfield.vehicle(251)
            assert vehicle.system == namesake.system
            assert vehicle.uid != namesake.uid


def test_a_port_too_high_for_all_is_explained() -> None:
    with pytest.raises(SimulationError, match="65536; begin at a lower one"):
        Squadron(SquadronPlan(vehicles=251, link="udpout:127.0.0.1:65535"))


def test_a_fault_finds_a_vehicle_whose_system_id_is_anothers() -> None:
    plan = SquadronPlan(vehicles=252, faults=(Fault.parse("link_loss:251@0.02"),), ready=True)
    field = Airfield(plan, epoch_unix_s=0.0)
    links = [field.vehicle(number).open_link() for number in (1, 251)]
    field.step()
    assert [link.is_silent for link in links] == [False, True]


def test_time_goes_on_at_another_pace_without_a_jump() -> None:
    now = [0.0]
    seen: list[float] = []

    class Stop(threading.Event):
        def is_set(self) -> bool:
            seen.append(squadron.simulated_s)
            now[0] += 0.1
            if len(seen) == 11:
                squadron.ask_speed(1.0)
            return len(seen) > 21

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as station:
        station.bind(("127.0.0.1", 0))
        link = f"udpout:127.0.0.1:{station.getsockname()[1]}"
        squadron = Squadron(SquadronPlan(link=link, ready=True, speed=4.0), clock=lambda: now[0], epoch_unix_s=0.0)
        squadron.run(Stop())
    steps = [later - sooner for sooner, later in itertools.pairwise(seen)]
    assert steps[:10] == pytest.approx([0.4] * 10, abs=0.03)
    # as it is told the new pace its clock is a tenth of a second on: the one before is over
    assert steps[11:] == pytest.approx([0.1] * 10, abs=0.03)
    assert squadron.late_s == 0.0
