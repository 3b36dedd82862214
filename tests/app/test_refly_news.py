# SPDX-License-Identifier: Apache-2.0
"""News of a flight that is flown again, from the process that flies to the window and to a terminal."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from groundstation.app import refly_cli
from groundstation.app.refly_cli import NEWS_S, PROGRESS, Teller, news_words
from groundstation.app.refly_port import _end, _followed
from groundstation.fleet.progress import CancelledError
from groundstation.fleet.refly.news import Beside, FlightNews, Phase, RecordedWay

AWAY = Beside(
    lat_deg=41.0,
    lon_deg=39.7,
    height_m=20.0,
    recorded_lat_deg=41.0,
    recorded_lon_deg=39.7,
    recorded_height_m=19.6,
    distance_m=0.4,
)
FLIES = FlightNews(share=0.3, phase=Phase.FLIES, runs=("as recorded",), flown_s=34.4, of_s=79.2, vehicles=(AWAY, None))


def line_of(news):
    return PROGRESS + msgspec.json.encode(news).decode()


def process_that_says(*lines, and_waits=False):
    """A process with these lines on its standard error; one that waits does so for its standard input."""
    said = "".join(one + "\n" for one in lines)
    script = f"import sys\nsys.stderr.write({said!r})\nsys.stderr.flush()\n"
    script += "sys.stdin.read()" if and_waits else ""
    return subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
    )


def test_all_news_arrive_in_their_order_and_what_is_none_is_what_was_said():
    news = [FlightNews(share=0.0, phase=Phase.READING), FLIES, FlightNews(share=0.9, phase=Phase.COMPARES)]
    told = []
    lines = [line_of(news[0]), "the log knows no wind", *map(line_of, news[1:])]
    process = process_that_says(*lines)
    assert _followed(process, told.append) == "the log knows no wind"
    process.wait()
    assert [one for place, one in enumerate(told) if place == 0 or told[place - 1] != one] == news


def test_a_line_that_means_nothing_costs_itself_alone():
    told = []
    process = process_that_says(PROGRESS + "{nonsense", PROGRESS + '{"share": 1, "phase": "dances"}', line_of(FLIES))
    _followed(process, told.append)
    process.wait()
    assert told[-1] == FLIES
    assert {one.phase for one in told} <= {Phase.READING, Phase.FLIES}


def test_who_looks_may_give_up_although_nothing_is_said_any_more():
    process = process_that_says(line_of(FLIES), and_waits=True)
    heard = []

    def told(news):
        heard.append(news)
        if heard.count(FLIES) > 2:
            raise CancelledError("not wanted any more")

    with pytest.raises(CancelledError):
        _followed(process, told)
    _end(process)
    assert process.returncode is not None


@pytest.fixture
def teller(monkeypatch):
    made = Teller(is_told=True)
    made.lines = []
    made.now_s = 100.0
    monkeypatch.setattr(made, "say", made.lines.append)
    monkeypatch.setattr(refly_cli.time, "monotonic", lambda: made.now_s)
    return made


def heard(teller):
    return [msgspec.json.decode(one.removeprefix(PROGRESS), type=FlightNews) for one in teller.lines]


@pytest.mark.parametrize(("later_s", "count"), [(NEWS_S - 0.01, 1), (NEWS_S + 0.01, 2)])
def test_a_window_is_told_some_times_a_second_and_no_oftener(teller, later_s, count):
    teller.hear(FLIES)
    teller.now_s += later_s
    teller.hear(msgspec.structs.replace(FLIES, flown_s=35.0))
    assert len(heard(teller)) == count


def test_another_phase_another_run_and_the_ways_are_told_at_once(teller):
    way = RecordedWay(name="one", lat_deg=(41.0,), lon_deg=(39.7,))
    several = [
        FLIES,
        msgspec.structs.replace(FLIES, phase=Phase.COMPARES),
        msgspec.structs.replace(FLIES, phase=Phase.COMPARES, run=1),
        msgspec.structs.replace(FLIES, phase=Phase.COMPARES, run=1, ways=(way,)),
    ]
    for one in several:
        teller.hear(one)
        teller.hear(msgspec.structs.replace(one, ways=()))
    assert heard(teller) == several


def test_a_terminal_is_told_in_words():
    assert news_words(FLIES) == "flown again, nothing changed: flies 34 of 79 s, 0.4 m from the record now"
    assert news_words(FlightNews(share=0.0, phase=Phase.READING)) == "reads the log"
    on_ground = msgspec.structs.replace(FLIES, vehicles=(None,), runs=("battery 50 %",))
    assert news_words(on_ground) == "battery 50 %: flies 34 of 79 s"
