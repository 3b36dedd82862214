# SPDX-License-Identifier: Apache-2.0
"""Sessions for tests: what a bridge says of telemetry logs, through the recorder's own sorting and files."""

from __future__ import annotations

from pathlib import Path

from groundstation.app.replaying.decoded_source import DecodedSource
from groundstation.app.replaying.played import Played
from groundstation.logs import session_folder
from groundstation.logs.open_log import open_log
from groundstation.logs.session_folder import Manifest, SessionState
from groundstation.recording.session_files import SessionFiles
from groundstation.recording.sorter import Sorter
from groundstation.transport.bus import Message
from groundstation.transport.sequence import Sequences
from tests.support.clock import ManualClock


def said_of(path: Path, vehicle: str = "uav-1", root: str = "fleet", shift_s: float = 0.0) -> list[Played]:
    """What a bridge says of a telemetry log of one vehicle, under another id and at another time."""
    with open_log(path) as log:
        begin_s, end_s = log.info.begin_s or 0.0, log.info.end_s or 0.0
        said = list(DecodedSource(log).play(begin_s, end_s))
    topics = [(one, one.topic.split("/", 2)) for one in said]
    return [one._replace(topic=f"{root}/{vehicle}/{topic[2]}", time_s=one.time_s + shift_s) for one, topic in topics]


def make_session(folder: Path, messages: list[Played], name: str = "2026-11-22_16-32-39") -> Path:
    """A closed session with these messages, recorded in this order, each at its time."""
    session = folder / name
    session.mkdir(parents=True)
    clock = ManualClock(messages[0].time_s)
    sorter, files = Sorter(Sequences(), clock, clock), SessionFiles(session)
    for one in messages:
        clock.now_s = one.time_s
        message = Message(one.topic, one.payload, len(one.payload), 1, False, one.time_s)
        for entry in sorter.sort([message]):
            files.write(entry.key, entry.place, entry.times_ns, entry.seq, entry.data)
    described = files.described()
    files.close()
    session_folder.save(
        session,
        Manifest(
            name=name,
            state=SessionState.CLOSED,
            began_unix_s=messages[0].time_s,
            ended_unix_s=messages[-1].time_s,
            files=described,
            messages=sum(one.messages for one in described),
        ),
    )
    return session
