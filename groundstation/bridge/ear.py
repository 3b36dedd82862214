# SPDX-License-Identifier: Apache-2.0
"""One autopilot as heard over one peer: is it there, how well, since when does its clock run. Bridge thread; no I/O."""

from __future__ import annotations

import enum

from groundstation.bridge.loss import LossCounter
from groundstation.bridge.peer import Peer
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.link import LinkQuality
from groundstation.mavlink import modes
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.frames import Frame
from groundstation.mavlink.statustext import TextJoiner
from groundstation.mavlink.stream_requests import StreamRequests
from groundstation.mavlink.timesync import TimeSync

BOOT_OFFSET: dict[int, int] = {
    MSGIDS["ATTITUDE"]: 0,
    MSGIDS["GLOBAL_POSITION_INT"]: 0,
    MSGIDS["SYSTEM_TIME"]: 8,
}
"""Where time_boot_ms (uint32) stands in messages that come often."""
WENT_BACK_MS = 2_000
"""A boot clock that goes back by more than this has been restarted; less is a late frame."""
WRAP_MS = 1 << 31
"""A step back of more is the wrap of a 32-bit clock after 49 days."""
IN_ORDER = 3, 500
"""So many frames in a row after a break of the numbers, the last of which says that its clock went back, are a new
life's first; a single one in the middle of an old row is not."""
SAME_BOOT_S = 2.0
"""Two estimates of one boot moment differ by less than this; two autopilots hardly do."""
CLOCK_DRIFT = 1e-4
"""How fast an autopilot's clock and ours may run apart, seconds a second."""
RADIO_S = 15.0
"""A radio's report that is older tells nothing of the link as it is."""
HIGH_LATENCY_PATIENCE = 20.0
"""How much longer silence is normal on a satellite link (HIGH_LATENCY2 comes every 5 s and more)."""


def boot_ms_of(frame: Frame) -> int:
    """The boot clock in a message of `BOOT_OFFSET`, milliseconds; 0 when it doesn't tell."""
    place = BOOT_OFFSET[frame.msgid]
    return int.from_bytes(frame.payload[place : place + 4], "little")


class BootNews(enum.Enum):
    """What a message told of the autopilot's clock."""

    NONE = "nothing"
    CLAIMED = "it went back, says one message"
    RESTARTED = "it went back"


class Ear:
    """One autopilot over one peer."""

    def __init__(self, peer: Peer, sysid: int, compid: int, heartbeat: Fields, now_s: float, rate_scale: float) -> None:
        self.peer = peer
        self.sysid = sysid
        self.compid = compid
        self.mav_type = int(heartbeat["type"])
        self.mav_autopilot = int(heartbeat["autopilot"])
        self.began_s = now_s
        self.last_heartbeat_s = now_s
        self.last_frame_s = now_s
        self.patience = 1.0
        """Factor on how long a silence may last."""
        self.loss = LossCounter()
        self.texts = TextJoiner()
        self.time_sync = TimeSync()
        self.uid: str | None = None
        self.firmware: str | None = None
        self.capabilities: int | None = None
        """AUTOPILOT_VERSION.capabilities; None before it came."""
        self.booted_s: float | None = None
        """When its clock was zero, on our monotonic clock; None until a message told."""
        self.is_boot_agreed = False
        """Whether that moment has once been found to be its vehicle's."""
        self.requests = self._fresh_requests(now_s, rate_scale)
        self._rate_scale = rate_scale
        self._claimed_type = self.mav_type, self.mav_autopilot
        self._boot_ms: int | None = None
        self._claimed_boot_s: float | None = None
        """Since when its clock runs, if the last message is to be believed that says it went back, or is far ahead."""
        self._claimed_uid: str | None = None
        self._boot_clock_s = now_s

    @property
    def autopilot(self) -> Autopilot:
        """Whose firmware."""
        return modes.autopilot(self.mav_autopilot)

    @property
    def kind(self) -> VehicleKind:
        """What it is."""
        return modes.vehicle_kind(self.mav_type)

    def _fresh_requests(self, now_s: float, rate_scale: float) -> StreamRequests:
        autopilot = modes.autopilot(self.mav_autopilot)
        return StreamRequests(self.sysid, self.compid, autopilot, now_s, rate_scale)

    def on_heartbeat(self, now_s: float, *, is_high_latency: bool) -> None:
        """A sign of life."""
        self.last_heartbeat_s = now_s
        self.patience = HIGH_LATENCY_PATIENCE if is_high_latency else 1.0

    def on_boot_clock(self, boot_ms: int, now_s: float) -> BootNews:
        """Take in what the autopilot's clock shows.

        Args:
            boot_ms: milliseconds since it started; 0 where the message doesn't tell.
            now_s: seconds on our monotonic clock.

        Returns:
            `CLAIMED` for a message whose clock went back, also from one that was far ahead; `RESTARTED` when a second
            one in a row agrees with it, or when it stands in a row of frames whose numbers follow each other: a single
            forged or late message ends no life.
        """
        # a clock at zero tells nothing: it is also what a field that is not filled in reads as
        if boot_ms == 0:
            return BootNews.NONE
        last_ms, booted_s = self._boot_ms, now_s - boot_ms / 1000.0
        # one frame can be late, or forged: what ends a life must be said twice, or stand in a row of frames
        if last_ms is not None and WENT_BACK_MS < last_ms - boot_ms < WRAP_MS:
            if not self._is_said_again(booted_s) and not IN_ORDER[0] <= self.loss.in_order <= IN_ORDER[1]:
                return BootNews.CLAIMED
            self._boot_ms, self.booted_s, self._boot_clock_s = boot_ms, booted_s, now_s
            self._claimed_boot_s = None
            return BootNews.RESTARTED
        is_ahead, was_ahead = self._is_long_before(booted_s), self._is_long_before(self._claimed_boot_s)
        if is_ahead and not self._is_said_again(booted_s):
            return BootNews.NONE
        self._boot_ms, self._claimed_boot_s = boot_ms, None
        if self.booted_s is None:
            self.booted_s = booted_s
        else:
            # delays only make the moment look later: the earliest estimate is the best, but for the drift of two clocks
            drift_s = CLOCK_DRIFT * (now_s - self._boot_clock_s)
            self.booted_s = min(self.booted_s + drift_s, booted_s)
        self._boot_clock_s = now_s
        # back from a claim that nothing confirmed: a forged one, or the other of two
        return BootNews.CLAIMED if was_ahead and not is_ahead else BootNews.NONE

    def _is_long_before(self, booted_s: float | None) -> bool:
        """Whether a clock that began then is far ahead. Believed, one such message would make a restart of the rest."""
        return booted_s is not None and self.booted_s is not None and booted_s < self.booted_s - SAME_BOOT_S

    def _is_said_again(self, booted_s: float) -> bool:
        """Whether the message before claimed the same moment; keeps the claim."""
        claimed_s, self._claimed_boot_s = self._claimed_boot_s, booted_s
        return claimed_s is not None and abs(claimed_s - booted_s) <= SAME_BOOT_S

    def is_uid(self, uid: str | None) -> bool:
        """Take in a hardware id; one that differs from the one before is believed when it is said twice in a row."""
        claimed, self._claimed_uid = self._claimed_uid, uid
        if self.uid is not None and uid not in (self.uid, claimed):
            return False
        self.uid = uid
        return True

    def is_of_type(self, mav_type: int, mav_autopilot: int, now_s: float) -> bool:
        """Whether a heartbeat is of what this ear hears; a new type is believed when it is said twice in a row."""
        said = mav_type, mav_autopilot
        claimed, self._claimed_type = self._claimed_type, said
        if said == (self.mav_type, self.mav_autopilot):
            return True
        # kept for the next heartbeat: the second of two that agree is believed
        if claimed != said:
            return False
        self.mav_type, self.mav_autopilot = said
        self.begin_anew(now_s)
        return True

    def learn_boot_from_timesync(self) -> None:
        """Take the boot moment from TIMESYNC where no other message has told it."""
        if self.booted_s is None:
            self.booted_s = self.time_sync.booted_s

    def begin_anew(self, now_s: float) -> None:
        """The autopilot restarted: it has forgotten what we asked for."""
        # its numbers begin anew with it: a jump to 0 is no loss
        self.loss.restart()
        self.time_sync.forget()
        self.requests = self._fresh_requests(now_s, self._rate_scale)

    def forget_boot(self) -> None:
        """Another link told of a restart: what we know of the clock is of the life before."""
        self.booted_s = None
        self.is_boot_agreed = False
        self.time_sync.forget()

    def silence_s(self, now_s: float) -> float:
        """Seconds since the last heartbeat, in units of what is normal on this link."""
        # one number for all links, so that a satellite beside a radio is compared fairly
        return (now_s - self.last_heartbeat_s) / self.patience

    def quality(self, now_s: float, *, is_best: bool) -> LinkQuality:
        """How well it is heard."""
        messages_per_s, bytes_per_s = self.loss.rates(now_s)
        radio = self.peer.radio
        return LinkQuality(
            at_s=round(now_s, 3),
            link=self.peer.name,
            is_best=is_best,
            heartbeat_age_s=round(now_s - self.last_heartbeat_s, 2),
            messages_per_s=messages_per_s,
            bytes_per_s=bytes_per_s,
            loss_fraction=self.loss.loss_fraction(now_s),
            rtt_ms=self.time_sync.rtt_ms,
            radio=radio if radio is not None and now_s - radio.at_s <= RADIO_S else None,
        )
