# SPDX-License-Identifier: Apache-2.0
"""`bench transfers` judges uploads and readings at the vehicle, ours and the peer's."""

from __future__ import annotations

import importlib.util
import json
import threading

import msgspec
import pytest
from typer.testing import CliRunner

from groundstation.app import cli
from groundstation.app.bench import transfer_run, transfers
from groundstation.app.bench.transfer_run import Read, Sent
from groundstation.fleet.errors import GroundStationError

ITEMS = 12


def figures(report: transfers.Report) -> dict[str, transfers.Comparison]:
    return {one.name: one for one in report.comparisons}


@pytest.mark.long
def test_a_short_seeded_run_holds_what_is_claimed_and_says_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    reports = [transfers.measure(4, 7, None, threading.Event(), told.append, items=ITEMS) for _ in range(2)]
    assert reports[0] == reports[1]
    found = figures(reports[0])
    assert found[f"{ITEMS} items, 20% lost each way: uploaded"].value == 100.0
    assert found[f"{ITEMS} items, 20% lost each way: said to be uploaded, and not there"].value == 0.0
    assert found[f"{ITEMS} items, 5% lost each way: of those uploaded, read back equal"].value == 100.0
    assert found["1000 parameters, 20% lost each way: all there"].value == 100.0
    assert found["1000 parameters, 20% lost each way: wrong ones"].value == 0.0
    assert all(one.holds and one.peer is None for one in reports[0].comparisons)
    assert all(one.value > 1.0 for one in reports[0].comparisons if one.unit == "s")
    assert len(told) == 6
    assert reports[0].settings["runs"] == 4.0


def test_a_lie_a_loss_and_a_wrong_value_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    honest, whole = transfer_run.send, transfer_run.read

    def lies(loss: float, seed: int, count: int) -> Sent:
        return msgspec.structs.replace(honest(loss, seed, count), is_there=seed % 2 == 0)

    def loses(loss: float, seed: int, count: int) -> Read:
        return msgspec.structs.replace(whole(loss, seed, 100), missing=seed % 2, wrong=seed % 2)

    monkeypatch.setattr(transfers, "send", lies)
    monkeypatch.setattr(transfers, "read", loses)
    monkeypatch.setattr(transfers, "PARAMETERS", 100)
    report = transfers.measure(4, 0, None, threading.Event(), lambda _: None, items=3)
    bad = {name: one.value for name, one in figures(report).items() if not one.holds}
    assert bad == {
        "3 items, 20% lost each way: uploaded": 50.0,
        "3 items, 20% lost each way: said to be uploaded, and not there": 2.0,
        "3 items, 5% lost each way: uploaded": 50.0,
        "3 items, 5% lost each way: said to be uploaded, and not there": 2.0,
        "100 parameters, 20% lost each way: all there": 50.0,
        "100 parameters, 20% lost each way: wrong ones": 2.0,
    }


def test_what_a_station_has_is_compared_with_the_vehicle_by_name_and_value() -> None:
    way = transfer_run.LossyVehicle("copter", parameters=5)
    held = way.values
    first, second = list(held)[:2]
    assert transfer_run.judged(way, held, is_told_whole=True, took_s=1.0).wrong == 0
    found = {name: value for name, value in held.items() if name != first} | {second: held[second] + 1.0, "FORGED": 1.0}
    judged = transfer_run.judged(way, found, is_told_whole=True, took_s=1.0)
    assert (judged.missing, judged.wrong) == (1, 2)


@pytest.mark.long
def test_a_way_on_which_nothing_arrives_is_no_success() -> None:
    sent, read = transfer_run.send(1.0, 1, 3), transfer_run.read(1.0, 1, 50)
    assert (sent.is_told_done, sent.is_read_back, sent.is_there) == (False, False, False)
    assert (read.is_told_whole, read.missing, read.wrong) == (False, 50, 0)


def test_the_peer_stands_beside_it_and_its_figures_are_those_of_its_own_runs() -> None:
    seen: list[tuple[float, int]] = []

    def gives_up(loss: float, seed: int, count: int) -> Sent:
        seen.append((loss, seed))
        return Sent(is_told_done=seed != 5, is_read_back=False, is_there=seed != 5, took_s=float(count))

    def reads(loss: float, seed: int, count: int) -> Read:
        return Read(is_told_whole=True, missing=1, wrong=0, took_s=3.0)

    peer = transfers.Peer(gives_up, reads)
    report = transfers.measure(2, 4, peer, threading.Event(), lambda _: None, items=3)
    found = figures(report)
    assert found["3 items, 20% lost each way: uploaded"].peer == 50.0
    assert found["3 items, 20% lost each way: until it was, median"].peer == 3.0
    assert found["1000 parameters, 20% lost each way: all there"].peer == 0.0
    assert sorted(seen) == [(0.05, 4), (0.05, 5), (0.2, 4), (0.2, 5)]


def test_without_the_peer_it_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_has_peer", lambda: False)
    monkeypatch.setattr(transfers, "ITEMS", 3)
    monkeypatch.setattr(transfers, "PARAMETERS", 100)
    done = CliRunner().invoke(cli.app, ["bench", "transfers", "--runs", "2", "--seed", "3", "--json"])
    assert done.exit_code == 0, done.output
    assert "MAVSDK is not installed" in done.stderr
    document = json.loads(done.stdout)
    assert document["settings"] == {
        "runs": 2.0,
        "peer_runs": 0.0,
        "peer_late_s": 0.0,
        "seed": 3.0,
        "items": 3.0,
        "parameters": 100.0,
    }
    assert {one["peer"] for one in document["comparisons"]} == {None}


def test_it_is_ended_early() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(GroundStationError, match="ended early"):
        transfers.measure(2, 1, None, stop, lambda _: None, items=3)


@pytest.mark.skipif(importlib.util.find_spec("mavsdk") is None, reason="MAVSDK is not installed")
@pytest.mark.long
def test_mavsdk_gives_and_reads_over_the_same_way() -> None:
    # without loss: what it makes of losses is its own affair
    stop = threading.Event()
    for seed in range(3):
        sent = transfers._apart("send", Sent, stop)(0.0, seed, ITEMS)
        assert (sent.is_told_done, sent.is_there, sent.is_read_back) == (True, True, False), seed
    found = transfers._apart("read", Read, stop)(0.0, 2, 900)
    assert (found.missing, found.wrong, found.is_told_whole) == (0, 0, True)
