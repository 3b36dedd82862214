# SPDX-License-Identifier: Apache-2.0
"""A process that folds moments of a session beside the window (`fold_apart.py` starts it): reads files, writes nothing.

Run as `python -m groundstation.recording.fold_process`. Questions come on standard input, answers go to standard
output, each as its length and its MessagePack. It ends with its input: whoever asked closed it, or died.
"""

from __future__ import annotations

import gc
import os
import struct
import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

import msgspec

from groundstation.fleet.alarms.alarm import Alarm
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import BridgePresence
from groundstation.fleet.sensors import KeptReading
from groundstation.fleet.vehicle import VehicleState
from groundstation.logs.log import LogError
from groundstation.recording.recorded_file import RecordedFile
from groundstation.recording.segments import Part, Segment, Step, steps_of

KEPT_SEGMENTS = 6
LENGTH = struct.Struct("<I")


class Question(msgspec.Struct, frozen=True, array_like=True):
    """Who was what at a moment."""

    at_ns: int
    parts: tuple[Part, ...]
    """Of each file; without a moment (0) the files are opened alone."""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The fleet at the moment."""

    keys: tuple[VehicleKey, ...] = ()
    """Everybody, in their order."""
    states: tuple[VehicleState, ...] = ()
    """Of those whose state is another one than in the answer before."""
    bridges: tuple[tuple[str, str, str, BridgePresence], ...] = ()
    readings: tuple[KeptReading, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    is_folded: bool = True
    """False where a keyframe is damaged or a file can't be read: whoever asks has to look further himself."""
    problem: str = ""
    """What must not happen, in a line; nothing more is to be expected then."""


class _Folder:
    """Answers; keeps files open, and the segments that were looked into last."""

    def __init__(self) -> None:
        self._files: dict[str, RecordedFile] = {}
        self._segments: OrderedDict[tuple[Part, ...], Segment] = OrderedDict()
        self._told: dict[VehicleKey, VehicleState] = {}

    def answer(self, question: Question) -> Answer:
        """The fleet at a moment."""
        try:
            for part in question.parts:
                self._file(part)
            if not question.at_ns:
                return Answer()
            fold = self._segment(question.parts).fold(question.at_ns)
        except (LogError, OSError):
            self._segments.pop(question.parts, None)
            return Answer(is_folded=False)
        states = {one.key: one for one in fold.fleet}
        changed = tuple(one for key, one in states.items() if self._told.get(key) is not one)
        self._told = states
        bridges = tuple((*one, *said) for one, said in fold.fleet.bridge_lives.items())
        readings, alarms = tuple(fold.board.kept()), tuple(fold.fleet.alarms)
        return Answer(keys=tuple(states), states=changed, bridges=bridges, readings=readings, alarms=alarms)

    def _file(self, part: Part) -> RecordedFile:
        file = self._files.get(part.path)
        if file is None:
            file = self._files[part.path] = RecordedFile(Path(part.path))
        return file

    def _segment(self, parts: tuple[Part, ...]) -> Segment:
        segment = self._segments.get(parts)
        if segment is None:
            segment = self._segments[parts] = Segment(partial(self._steps, parts))
        self._segments.move_to_end(parts)
        while len(self._segments) > KEPT_SEGMENTS:
            self._segments.popitem(last=False)
        return segment

    def _steps(self, parts: tuple[Part, ...], to_ns: int) -> Iterator[Step]:
        # a disk that is asked for one place after the other takes many times as long
        for part in parts:
            part.expect(self._file(part))
        for part in parts:
            kept = part.state()
            if kept is None and part.has_state:
                raise LogError(f"a keyframe of {part.path} is damaged")
            yield from steps_of(part, kept, self._file(part), to_ns)


def _questions(given: IO[bytes]) -> Iterator[Question]:
    decoder = msgspec.msgpack.Decoder(Question)
    while len(head := given.read(LENGTH.size)) == LENGTH.size:
        yield decoder.decode(given.read(LENGTH.unpack(head)[0]))


def framed(body: bytes) -> bytes:
    """A message with its length before it."""
    return LENGTH.pack(len(body)) + body


def main(given: IO[bytes], answers: int) -> None:
    """Answer until nobody asks any more.

    Args:
        given: questions.
        answers: where answers go, as the system numbers it.
    """
    folder, encoder = _Folder(), msgspec.msgpack.Encoder()
    for answer in _answers(folder, _questions(given)):
        rest = memoryview(framed(encoder.encode(answer)))
        while rest:
            rest = rest[os.write(answers, rest) :]


def _answers(folder: _Folder, questions: Iterable[Question]) -> Iterator[Answer]:
    for question in questions:
        try:
            answer = folder.answer(question)
        except Exception as error:  # noqa: BLE001 - whoever asks goes on alone, and says why
            answer = Answer(is_folded=False, problem=f"{type(error).__name__}: {error}")
        yield answer
        if not question.at_ns:
            # a fold makes no cycles: the collector would look through a moment's messages again and again
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 20, 50)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.fileno())
