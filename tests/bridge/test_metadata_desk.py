# SPDX-License-Identifier: Apache-2.0
"""What a vehicle tells of its own parameters, from a simulated PX4 over the bridge to stations, on one manual clock."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator

import pytest

from groundstation.bridge.metadata_desk import AFTER_S, MOST_FILES, MetadataShelf
from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.parameters.component_metadata import (
    MAX_GENERAL_BYTES,
    MetadataFile,
    crc_of,
    crc_text,
    is_of,
    parameter_file,
    path_of,
)
from groundstation.fleet.parameters.fact_entries import ParameterFactsError
from groundstation.fleet.parameters.parameter_facts import facts_of
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.metadata_read import MetadataRead
from groundstation.simulator.px4 import files as px4_files
from groundstation.simulator.px4 import telemetry
from groundstation.simulator.px4.files import GENERAL, PARAMETERS
from groundstation.transport import payloads
from groundstation.transport.bus import Outgoing
from groundstation.transport.leaves import SyncRequest
from tests.bridge.test_param_desk import LONG_S, asked, read, state_of, status
from tests.support.command_world import Station, World, topic_of
from tests.support.lossy_vehicle import LossyVehicle
from tests.support.simulated_vehicle import simulated

FTP, METADATA = MSGIDS["FILE_TRANSFER_PROTOCOL"], MSGIDS["COMPONENT_METADATA"]


def _plain_crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
    return crc


@pytest.fixture
def vehicle_files() -> Iterator[dict[str, bytes]]:
    """The files of every simulated PX4, to be changed."""
    files = px4_files.files()
    before = dict(files)
    yield files
    files.clear()
    files |= before


def ask_file(station: Station) -> None:
    station.up.send(Outgoing(topic_of("sync/req"), payloads.encode_request(SyncRequest(metadata=True)), 1))


def described(world: World, station: Station) -> str:
    world.run_until(lambda: status(station).meta is not None, LONG_S)
    return status(station).meta or ""


def known() -> dict[int, bytes]:
    """Both files, by the CRCs that a PX4 tells."""
    files = px4_files.files()
    return {px4_files.general_crc(): files[GENERAL], crc_of(files[PARAMETERS]): files[PARAMETERS]}


# ---- the conversation ----


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_the_file_of_the_parameters_comes(loss: float, seed: int) -> None:
    way = LossyVehicle("px4", loss, seed)
    talk = MetadataRead(1, 1, 0, {})
    way.talk(talk)
    files = px4_files.files()
    assert talk.found == crc_of(files[PARAMETERS])
    assert talk.read == known()


def test_what_is_known_by_its_crc_is_not_read_again() -> None:
    files = px4_files.files()
    way = LossyVehicle("px4")
    talk = MetadataRead(1, 1, 0, known())
    way.talk(talk)
    assert (talk.found, talk.read) == (crc_of(files[PARAMETERS]), {})
    assert way.sent == 1


def test_an_ardupilot_has_none_and_is_not_asked_for_files() -> None:
    way = LossyVehicle("copter")
    talk = MetadataRead(1, 1, 0, {})
    assert way.talk(talk) < 1.0
    assert (talk.found, talk.is_offered, way.sent) == (None, False, 1)


def test_a_vehicle_that_says_nothing_is_given_up_and_may_be_asked_again() -> None:
    talk = MetadataRead(1, 1, 0, {})
    LossyVehicle("px4", 1.0).talk(talk)
    assert (talk.is_over, talk.found, talk.is_offered) == (True, None, True)


def test_a_file_that_is_another_than_its_crc_says_is_read_once_more_and_not_taken(vehicle_files) -> None:
    vehicle_files[PARAMETERS] += b"x"
    talk = MetadataRead(1, 1, 0, {})
    way = LossyVehicle("px4")
    opened = []
    way.vehicle.receive, receive = lambda *what: (opened.append(what), receive(*what)), way.vehicle.receive
    way.talk(talk)
    assert (talk.found, talk.is_offered) == (None, False)
    assert sum(PARAMETERS.encode() in frame for _, frame, _ in opened) == 2


@pytest.mark.parametrize(
    "general",
    [
        b"no xz",
        b"\xfd7zXZ\0damaged",
        lzma.compress(b"[]"),
        lzma.compress(b'{"metadataTypes": [{"type": 1, "uri": "https://example.org/p.json"}]}'),
        lzma.compress(b'{"metadataTypes": [{"type": 4, "uri": "mftp://events"}, 3, {"type": 1}]}'),
        lzma.compress(b" " * (MAX_GENERAL_BYTES + 1)),
    ],
)
def test_a_general_file_that_leads_nowhere_is_no_offer(vehicle_files, general: bytes, monkeypatch) -> None:
    vehicle_files[GENERAL] = general
    monkeypatch.setattr(telemetry, "general_crc", lambda: 0)
    talk = MetadataRead(1, 1, 0, {})
    LossyVehicle("px4").talk(talk)
    assert (talk.found, talk.is_offered) == (None, False)


# ---- what the files say ----


def test_paths_are_those_of_this_component() -> None:
    assert path_of("mftp://etc/extras/a.json.xz", 1) == "/etc/extras/a.json.xz"
    assert path_of("mftp://[;comp=1]/a.json", 1) == "/a.json"
    assert path_of("mftp://[;comp=1]@SYS/a.json", 1) == "@SYS/a.json"
    assert path_of("mftp://[;comp=100]/a.json", 1) == ""
    for elsewhere in ("https://px4.io/a.json", "mftp://", "", "mftp://a\0b", "MFTP://x"):
        assert path_of(elsewhere, 1) == ""


def test_the_second_address_counts_where_the_first_is_in_the_internet() -> None:
    row = {"type": 1, "uri": "https://x/p", "fileCrc": 7, "uriFallback": "mftp://p", "fileCrcFallback": 8}
    assert parameter_file(json.dumps({"metadataTypes": [row]}).encode(), 1) == MetadataFile("/p", 8)
    for crc in (None, 0, -1, 1 << 32, "7"):
        row = {"type": 1, "uri": "mftp://p", "fileCrc": crc}
        assert parameter_file(json.dumps({"metadataTypes": [row]}).encode(), 1) == MetadataFile("/p", None)


def test_a_general_file_at_its_bound_is_read_and_one_above_is_not() -> None:
    text = json.dumps({"metadataTypes": [{"type": 1, "uri": "mftp://p"}]}).encode()
    assert parameter_file(lzma.compress(text.ljust(MAX_GENERAL_BYTES)), 1) == MetadataFile("/p", None)
    with pytest.raises(ParameterFactsError):
        parameter_file(lzma.compress(text.ljust(MAX_GENERAL_BYTES + 1)), 1)


def test_the_crc_is_that_of_a_real_px4() -> None:
    # by MAVLink's own function, `crc32part` of NuttX: it begins with 0 and ends as it is
    assert crc_of(b"") == 0
    assert crc_of(b"123456789") == _plain_crc(b"123456789")
    packed = lzma.compress(b"123456789")
    assert is_of(crc_of(packed), packed)
    assert is_of(crc_of(b"123456789"), packed)
    assert not is_of(crc_of(packed) + 1, packed)
    assert not is_of(1, b"\xfd7zXZ\0damaged")


# ---- with a bridge ----


def test_after_a_reading_every_station_may_have_the_file_and_nobody_asks_before() -> None:
    world = simulated("px4")
    first, second = world.station("gs-1"), world.station("gs-2")
    asks = asked(world, FTP)
    world.run(20.0)
    assert (asks(), status(first).meta) == (0, None)
    assert read(first).state is CommandState.SUCCEEDED
    files = px4_files.files()
    assert described(world, first) == crc_text(crc_of(files[PARAMETERS]))
    assert state_of(first).parameter_meta is None, "only who wants it"
    ask_file(second)
    world.run(1.0)
    told = state_of(second).parameter_meta
    assert told is not None
    assert (told.crc, told.data) == (status(second).meta, files[PARAMETERS])
    facts = facts_of(told.data)
    assert (facts["MPC_XY_CRUISE"].unit, facts["MPC_XY_CRUISE"].high) == ("m/s", 20.0)
    # another reading needs it no more
    count = asks()
    assert read(first).state is CommandState.SUCCEEDED
    world.run(5.0)
    assert (asks(), status(first).meta) == (count, told.crc)


def test_a_copter_is_asked_once_in_its_life() -> None:
    world = simulated("copter")
    station = world.station()
    asks: list[float] = []
    hear = world.vehicle.hear

    def listen(frame: tuple[int, bytes]) -> None:
        fields = unpack(*frame) if frame[0] == MSGIDS["COMMAND_LONG"] else {}
        asks.extend([world.clock()] if (fields.get("command"), fields.get("param1")) == (512, METADATA) else [])
        hear(frame)

    world.vehicle.hear = listen
    for _ in range(2):
        read(station)
        world.run(10.0)
        assert (len(asks), status(station).meta) == (1, None)


def test_an_order_goes_before_and_the_file_comes_later() -> None:
    world = simulated("px4")
    station = world.station()
    read(station)
    world.to_vehicle.faults.loss = world.from_vehicle.faults.loss = 0.3
    world.run_until(lambda: world.vehicle.link.files.data is not None, LONG_S)
    world.run(0.2)
    record = station.end(station.give(Verb.PLAN_READ, list="mission"), LONG_S)
    assert record.state is CommandState.SUCCEEDED, record.detail
    assert status(station).meta is None
    world.to_vehicle.faults.loss = world.from_vehicle.faults.loss = 0.0
    assert described(world, station)


def test_it_is_not_read_over_a_satellite(monkeypatch: pytest.MonkeyPatch) -> None:
    world = simulated("px4")
    station = world.station()
    [vehicle] = world.hearing.vehicles.values()
    read(station)
    monkeypatch.setattr(type(vehicle), "is_far", property(lambda _: True))
    asks = asked(world, FTP)
    world.run(10.0)
    assert (asks(), status(station).meta) == (0, None)
    monkeypatch.undo()
    assert described(world, station)


def test_after_a_restart_it_is_asked_anew() -> None:
    world = simulated("px4")
    station = world.station()
    read(station)
    described(world, station)
    world.vehicle.vehicle.reboot()
    world.run_until(lambda: status(station).meta is None, LONG_S)
    asks = asked(world, FTP)
    assert station.end(station.give(Verb.PARAM_READ), LONG_S).state is CommandState.SUCCEEDED
    assert described(world, station)
    assert asks() == 0, "known by its CRC"


def test_the_shelf_is_bounded() -> None:
    shelf = MetadataShelf()
    for number in range(MOST_FILES + 3):
        shelf.put({number: b"x"})
    assert list(shelf.files) == list(range(3, MOST_FILES + 3))
    assert AFTER_S > 0.0
