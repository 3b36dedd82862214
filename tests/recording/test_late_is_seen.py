# SPDX-License-Identifier: Apache-2.0
"""What was missed while a broker was away, and was sent again later, is seen in the past at its own time."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from groundstation.fleet.identity import VehicleKey
from groundstation.recording.seek_files import FOLDER
from groundstation.recording.session_player import SessionPlayer
from groundstation.transport.bus import Message
from tests.support.flown_session import EPOCH_S, published, record

SECONDS, GONE_S, BACK_S, TOLD_S = 40.0, 14.0, 24.0, 27.0
KEY = VehicleKey("sim", "uav-1")


def with_an_outage(steps: Iterator[list[Message]], *, is_told_again: bool) -> Iterator[list[Message]]:
    """Nothing of the vehicle comes for ten seconds; three seconds after them the bridge tells what was missed."""
    missed: list[Message] = []
    for messages in steps:
        heard: list[Message] = []
        for one in messages:
            stamped = f'"ts":{int((EPOCH_S + one.received_s) * 1000)}'.encode()
            said = msgspec.structs.replace(one, payload=re.sub(rb'"ts":\d+', stamped, one.payload))
            is_missed = GONE_S <= one.received_s < BACK_S and one.topic.startswith("sim/uav-1/")
            (missed if is_missed else heard).append(said)
        now_s = messages[-1].received_s if messages else 0.0
        if is_told_again and now_s >= TOLD_S and missed:
            root, vehicle = "sim", "uav-1"
            heard += [
                msgspec.structs.replace(
                    one,
                    topic=f"{root}/{vehicle}/late/" + one.topic.removeprefix(f"{root}/{vehicle}/"),
                    received_s=now_s,
                )
                for one in missed
                if "/raw" not in one.topic and "/conn" not in one.topic
            ]
            missed = []
        yield heard


def heights(folder: Path) -> list[float | None]:
    player = SessionPlayer(folder)
    while player.work(lambda: False):
        pass
    found = []
    for second in range(int(GONE_S) + 1, int(BACK_S)):
        moment = player.moment(EPOCH_S + second + 0.5)
        assert moment is not None
        state = next(one for one in moment.states if one.key == KEY)
        found.append(state.position.height_home_m if state.position is not None else None)
    player.close()
    return found


@pytest.mark.parametrize("has_helpers", [True, False])
@pytest.mark.long
def test_what_was_missed_is_seen_at_its_own_time(tmp_path: Path, has_helpers: bool) -> None:
    told: dict[str, list[float | None]] = {}
    for name, steps in (
        ("whole", published(1, SECONDS)),
        ("told", with_an_outage(published(1, SECONDS), is_told_again=True)),
        ("lost", with_an_outage(published(1, SECONDS), is_told_again=False)),
    ):
        (tmp_path / name).mkdir()
        folder = record(tmp_path / name, steps, lambda *_: None)
        if not has_helpers:
            shutil.rmtree(folder / FOLDER)
        told[name] = heights(folder)
    # without being told it stands still, so that this test can fail
    assert len(set(told["lost"])) == 1
    assert len(set(told["whole"])) > 5
    assert told["told"] == pytest.approx(told["whole"], abs=0.6)
