# SPDX-License-Identifier: Apache-2.0
"""Tones and a voice by what the system has: a program for each, one sound after the other. A thread of its own.

Qt's multimedia and speech are no part of PySide6-Essentials; every desktop has a player, and many have a voice.
"""

from __future__ import annotations

import io
import logging
import math
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import wave
from collections import deque
from pathlib import Path

from groundstation.ui.language.speaking import speaking

log = logging.getLogger("groundstation.sounds")

RATE_HZ = 22_050
MAX_WAITING = 4
LONGEST_S = 20.0
PLAYERS = (("paplay",), ("pw-play",), ("aplay", "-q"), ("afplay",))
LANGUAGE = "LANGUAGE"
"""Stands for the language that is spoken; the voice of a Mac is chosen in its settings."""
VOICES = (
    ("spd-say", "-w", "-l", LANGUAGE, "--"),
    ("espeak-ng", "-v", LANGUAGE, "--"),
    ("espeak", "-v", LANGUAGE, "--"),
    ("say", "--"),
)
_HIGH, _PAUSE = (880.0, 0.16), (0.0, 0.06)
TONES = {"warning": (_HIGH, _PAUSE, _HIGH, _PAUSE, _HIGH), "caution": ((620.0, 0.22),)}
"""Hertz and seconds; a warning is three short ones, a caution is one."""


class Sounds:
    """Plays and speaks, and never holds up who asks."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._player = _found(PLAYERS)
        self._voice = _found(VOICES)
        self._waiting: deque[tuple[str, ...]] = deque(maxlen=MAX_WAITING)
        self._wakes = threading.Condition()
        self._is_over = False
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def has_tone(self) -> bool:
        """Whether this computer can play a sound."""
        return self._player is not None or sys.platform == "win32"

    @property
    def has_voice(self) -> bool:
        """Whether it can speak."""
        return self._voice is not None

    def play(self, name: str) -> None:
        """A tone of `TONES`; from any thread."""
        if self._player is not None:
            path = self._tone(name)
            if path is not None:
                self._ask((*self._player, str(path)))

    def speak(self, text: str) -> None:
        """A text, by a voice; from any thread."""
        if self._voice is not None:
            language = speaking().language.partition("_")[0]
            voice = (language if part == LANGUAGE else part for part in self._voice)
            # one line of letters: nothing of it is an option or an order to a program
            self._ask((*voice, " ".join(text.split())[:300]))

    def close(self) -> None:
        """Be silent."""
        with self._wakes:
            self._is_over = True
            self._waiting.clear()
            if self._child is not None:
                self._child.kill()
            self._wakes.notify_all()
        if self._thread is not None:
            self._thread.join()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, words: tuple[str, ...]) -> None:
        with self._wakes:
            if self._is_over:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sounds", daemon=True)
                self._thread.start()
            self._waiting.append(words)
            self._wakes.notify_all()

    def _run(self) -> None:
        while True:
            with self._wakes:
                self._wakes.wait_for(lambda: self._waiting or self._is_over)
                if self._is_over:
                    return
                words = self._waiting.popleft()
                try:
                    quiet = subprocess.DEVNULL
                    self._child = subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet)
                except OSError as error:
                    log.warning("%s can't be run (%s); alarms are silent", words[0], error.strerror or error)
                    continue
            try:
                self._child.wait(LONGEST_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def _tone(self, name: str) -> Path | None:
        try:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="groundstation-sounds-"))
            path = self._folder / f"{name}.wav"
            if not path.exists():
                path.write_bytes(tone(name))
        except OSError as error:
            log.warning("no room for a tone (%s); alarms are silent", error.strerror or error)
            return None
        return path


def tone(name: str) -> bytes:
    """A tone as a WAV file; each part begins and ends softly."""
    samples: list[int] = []
    for hertz, seconds in TONES[name]:
        count = int(seconds * RATE_HZ)
        for index in range(count):
            edge = min(index, count - index, 300) / 300
            samples.append(int(12_000 * edge * math.sin(2 * math.pi * hertz * index / RATE_HZ)))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


def _found(programs: tuple[tuple[str, ...], ...]) -> tuple[str, ...] | None:
    return next((one for one in programs if shutil.which(one[0]) is not None), None)
