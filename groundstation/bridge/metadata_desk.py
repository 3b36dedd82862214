# SPDX-License-Identifier: Apache-2.0
"""Fetches what describes a vehicle's parameters from the vehicle, where it offers that. Bridge thread; no I/O.

It begins once the parameters were read, gives way to every order, and reads each file once for all vehicles that have
the same one. See docs/adr/0033.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from groundstation.bridge.transfer_desk import TransferVehicle
from groundstation.fleet.commands import Actor
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.parameters.component_metadata import ParamMeta, crc_text
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.metadata_read import MetadataRead
from groundstation.mavlink.stream_requests import Outbound
from groundstation.transport.leaves import PAR_META

MOST_FILES = 16
"""That are kept: two for each firmware of a fleet."""
AFTER_S, AGAIN_S, TRIES = 1.0, 60.0, 3
"""So long after the parameters it is begun, and so long after a failure again."""
LOST_S = 3.0
"""A vehicle that is not heard so long gives nothing any more."""


class MetadataShelf:
    """Files that vehicles of this bridge gave, by CRC; one vehicle at a time is read, since most have the same."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._files: dict[int, bytes] = {}
        self.reader: object | None = None
        """Who reads at this moment."""

    @property
    def files(self) -> Mapping[int, bytes]:
        """What is there."""
        return self._files

    def put(self, files: Mapping[int, bytes]) -> None:
        """Keep files; of too many the oldest go."""
        for crc, data in files.items():
            self._files.pop(crc, None)
            self._files[crc] = data
        while len(self._files) > MOST_FILES:
            del self._files[next(iter(self._files))]


class Busy(Protocol):
    """Another desk of the vehicle."""

    @property
    def is_busy(self) -> bool:
        """Whether a transfer is under way."""


class MetadataDesk:
    """Metadata of one vehicle."""

    orderer: Actor | None = None
    """Nobody orders it."""

    def __init__(self, vehicle: TransferVehicle, shelf: MetadataShelf, found: Callable[[str], None]) -> None:
        """Begin with nothing known.

        Args:
            vehicle: whose.
            shelf: files of all vehicles.
            found: told by which name the file is there, when it is.
        """
        self._vehicle, self._shelf, self._found = vehicle, shelf, found
        self._talk: MetadataRead | None = None
        self._due_s: float | None = None
        self._tries = 0
        self._seq = 0
        self._lost_s: float | None = None
        self._last_words: list[Outbound] = []
        self._is_offered = True
        self._crc: int | None = None
        """Of the file of its parameters; None before it is known."""
        self.beside: tuple[Busy, ...] = ()
        """The other desks of the vehicle: they go before."""

    @property
    def is_busy(self) -> bool:
        """Whether something is read, or is still to be said."""
        return self._talk is not None or bool(self._last_words)

    def wish(self, now_s: float) -> None:
        """The parameters were read: somebody will want to know what they mean."""
        if self._is_offered and self._crc is None and self._talk is None:
            self._tries, self._due_s = 0, now_s + AFTER_S

    def give_way(self, now_s: float) -> None:
        """An order came: later."""
        if self._talk is not None:
            self._stop()
            self._due_s = now_s + AFTER_S

    # ---- the vehicle speaks ----

    @property
    def hears(self) -> frozenset[int]:
        """What is waited for."""
        return self._talk.hears if self._talk is not None else frozenset()

    def hear(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """A message of the vehicle that is addressed to us, or to nobody."""
        talk = self._talk
        if talk is None or not talk.is_its(msgid, fields):
            return False, []
        return True, [*talk.take(msgid, fields, now_s), *self._look(now_s)]

    def forget(self) -> None:
        """What is under way ends by `on_new_life`."""

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """The vehicle restarted: it may be another firmware."""
        del reason, now_s
        self._stop()
        self._last_words = []
        self._crc, self._due_s, self._is_offered = None, None, True

    # ---- time ----

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""
        words, self._last_words = self._last_words, []
        if self._talk is not None:
            return [*words, *self._go_on(self._talk, now_s)]
        is_due = self._due_s is not None and now_s >= self._due_s
        if not is_due or self._shelf.reader is not None or any(one.is_busy for one in self.beside):
            return words
        facts = self._vehicle.facts()
        # a satellite's bytes cost money
        if facts.link is not LinkState.ONLINE or self._vehicle.is_far:
            return words
        self._shelf.reader, self._due_s, self._lost_s = self, None, None
        self._tries += 1
        # another number than the last one of the bridge that was before us
        self._seq = self._seq or int(now_s * 1000.0)
        self._talk = MetadataRead(facts.sysid, facts.compid, self._seq, self._shelf.files)
        return [*words, *self._talk.start(now_s)]

    def _go_on(self, talk: MetadataRead, now_s: float) -> list[Outbound]:
        is_heard = self._vehicle.link_state is LinkState.ONLINE
        self._lost_s = None if is_heard else self._lost_s or now_s
        if self._lost_s is not None and now_s - self._lost_s >= LOST_S:
            self._stop()
            return []
        return [*talk.tick(now_s), *self._look(now_s)]

    def _look(self, now_s: float) -> list[Outbound]:
        talk = self._talk
        if talk is None or not talk.is_over:
            return []
        self._stop()
        self._shelf.put(talk.read)
        self._is_offered = talk.is_offered
        if talk.found is not None:
            self._crc = talk.found
            self._found(crc_text(talk.found))
        elif talk.is_offered and self._tries < TRIES:
            self._due_s = now_s + AGAIN_S
        return []

    def _stop(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            self._last_words = talk.stop()
            self._seq = talk.seq
        if self._shelf.reader is self:
            self._shelf.reader = None

    # ---- who asks for it ----

    def publish_again(self) -> None:
        """Somebody asked for everything, which the file is no part of: who wants it asks for it alone."""

    def publish_file(self) -> None:
        """Somebody asked for the file."""
        data = self._shelf.files.get(self._crc) if self._crc is not None else None
        if self._crc is not None and data is not None:
            self._vehicle.say(PAR_META, ParamMeta(crc=crc_text(self._crc), data=data))

    def end(self, now_s: float) -> None:
        """The bridge stops."""
        del now_s
        self._stop()
