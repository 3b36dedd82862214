# SPDX-License-Identifier: Apache-2.0
"""Who may command one vehicle: a lease with a fencing number. Bridge thread; no I/O.

The number grows with each change of hands and starts at the wall clock in milliseconds, so that it also grows over
restarts of the bridge. Losing control changes nothing in the air. Autopilots need to know nothing of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from groundstation.fleet.commands import Actor, Reason, Role
from groundstation.fleet.control import (
    ASK_S,
    EXPIRE_S,
    REQUEST_TTL_MS,
    Control,
    ControlAction,
    ControlDecision,
    ControlRequest,
    Outcome,
    Takeover,
)
from groundstation.fleet.phrases import Words, say

REPEAT_S = 5.0
"""`ctl` is published at least this often."""
GONE_S = 2.5
"""So long after the will of a station its control ends: it renews every 2 s if it lives after all."""
LEAST_REASON = 3
"""Characters of a reason for taking control by force."""


class ControlNews(msgspec.Struct, frozen=True):
    """Something that deserves an event."""

    text: str
    is_forced: bool = False


class ControlDesk:
    """Control of one vehicle."""

    def __init__(
        self,
        publish: Callable[[Control], None],
        tell: Callable[[ControlNews], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Begin with nobody in control.

        Args:
            publish: takes `ctl` whenever it is to be told.
            tell: takes what deserves an event.
            wall: seconds since 1970.
        """
        self._publish, self._tell, self._wall = publish, tell, wall
        self.control = Control()
        """As published last, but for its time."""
        self._until_s = self._pending_until_s = 0.0
        self._why_over: Words = ""
        """Why it ends if it is not renewed; empty where it just is not."""
        self._pending: ControlRequest | None = None
        self._published_s = -1e9

    def objection(self, by: Actor, lease: int | None) -> tuple[Reason, Words] | None:
        """Why a station may not command now; None when it may.

        Args:
            by: who wants to.
            lease: fencing number of the request.
        """
        owner = self.control.owner
        if owner is None:
            return Reason.NOT_OWNER, say("nobody_in_control")
        if owner.gs != by.gs:
            return Reason.NOT_OWNER, say("in_control", owner=str(owner))
        # control may have been lost and won again while the order was on its way
        if lease != self.control.lease:
            return Reason.STALE_LEASE, say("lease_lost", lease=lease, now=self.control.lease)
        return None

    def take(self, request: ControlRequest, now_s: float) -> None:
        """A request came."""
        answer = self._refusal(request, now_s) or _ACTIONS[request.action](self, request, now_s)
        if answer is not None:
            decision = ControlDecision(request=request.id, outcome=answer[0], by=request.by, detail=answer[1])
            self._say(now_s, replace(self.control, last=decision))

    def _refusal(self, request: ControlRequest, now_s: float) -> tuple[Outcome, Words] | None:
        if request.by.role is not Role.OPERATOR:
            return Outcome.REFUSED, say("observer_cannot_control")
        if request.action is ControlAction.UNKNOWN:
            return Outcome.REFUSED, say("request_not_known")
        if request.ref_bms is not None and now_s * 1000.0 - request.ref_bms > REQUEST_TTL_MS:
            return Outcome.EXPIRED, say("request_too_old")
        return None

    def station_gone(self, station: str, now_s: float) -> None:
        """A station's will, or its goodbye."""
        if self._pending is not None and self._pending.by.gs == station:
            self._forget_pending()
            self._say(now_s, self.control)
        if self.control.is_held_by(station):
            # a death can be told wrongly: the holder that lives renews within this time
            self._until_s, self._why_over = min(self._until_s, now_s + GONE_S), say("station_gone")

    def tick(self, now_s: float) -> None:
        """Time passed: leases end, questions end, `ctl` is repeated."""
        if self.control.owner is not None and now_s >= self._until_s:
            self._free(now_s, self._why_over or say("not_renewed", after_s=EXPIRE_S))
        if self._pending is not None and now_s >= self._pending_until_s:
            self._decide_pending(Outcome.DENIED, say("no_answer_from_holder", within_s=ASK_S), now_s)
        if now_s - self._published_s >= REPEAT_S:
            self._say(now_s, self.control)

    def publish_again(self, now_s: float) -> None:
        """Somebody asked for everything."""
        self._say(now_s, self.control)

    # ---- what can be asked ----

    def _acquire(self, request: ControlRequest, now_s: float) -> tuple[Outcome, Words] | None:
        owner = self.control.owner
        if owner is not None and owner.gs == request.by.gs:
            return self._renew(replace(request, lease=self.control.lease), now_s)
        if owner is None or self.control.takeover is Takeover.AUTO:
            self._hand_to(request, now_s, "")
            return Outcome.GRANTED, "" if owner is None else say("taken_over", owner=str(owner))
        if self.control.takeover is Takeover.NO:
            return Outcome.DENIED, say("given_to_nobody", owner=str(owner))
        if self._pending is not None:
            is_same = self._pending.by.gs == request.by.gs
            return (
                (Outcome.ASKED, say("owner_is_asked", owner=str(owner)))
                if is_same
                else (Outcome.DENIED, say("asks_already", who=str(self._pending.by)))
            )
        self._pending, self._pending_until_s = request, now_s + ASK_S
        self.control = replace(self.control, pending=request.by, pending_request=request.id)
        self._tell(ControlNews(f"{request.by} asks {owner} for control"))
        return Outcome.ASKED, say("owner_is_asked", owner=str(owner))

    def _renew(self, request: ControlRequest, now_s: float) -> tuple[Outcome, Words] | None:
        if not self.control.is_held_by(request.by.gs) or request.lease != self.control.lease:
            return Outcome.REFUSED, say("control_was_lost")
        is_changed = self.control.takeover is not request.takeover
        self._until_s, self._why_over = now_s + EXPIRE_S, ""
        self.control = replace(self.control, takeover=request.takeover)
        if request.action is ControlAction.ACQUIRE or is_changed:
            return Outcome.GRANTED, say("held_already")
        return None

    def _release(self, request: ControlRequest, now_s: float) -> tuple[Outcome, Words] | None:
        owner = self.control.owner
        if owner is None:
            return Outcome.RELEASED, say("nobody_was_in_control")
        # the same person may end what they began at another station
        if owner.gs != request.by.gs and owner.op != request.by.op:
            return Outcome.REFUSED, say("in_control", owner=str(owner))
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self._hand_to(pending, now_s, "")
            return Outcome.RELEASED, say("handed_to", who=str(pending.by))
        self._tell(ControlNews(f"{owner} released control"))
        self._set_free()
        return Outcome.RELEASED, ""

    def _grant(self, request: ControlRequest, now_s: float) -> tuple[Outcome, Words] | None:
        return self._answer_pending(request, now_s, is_yes=True)

    def _deny(self, request: ControlRequest, now_s: float) -> tuple[Outcome, Words] | None:
        return self._answer_pending(request, now_s, is_yes=False)

    def _answer_pending(self, request: ControlRequest, now_s: float, *, is_yes: bool) -> tuple[Outcome, Words] | None:
        if not self.control.is_held_by(request.by.gs):
            return Outcome.REFUSED, say("only_holder_answers")
        pending = self._pending
        if pending is None:
            return Outcome.REFUSED, say("nobody_asks")
        if is_yes:
            self._hand_to(pending, now_s, "")
            self._say(
                now_s,
                replace(self.control, last=_decision(pending, Outcome.GRANTED, say("granted_by", who=str(request.by)))),
            )
        else:
            self._decide_pending(Outcome.DENIED, say("denied_by", who=str(request.by)), now_s)
        return None

    def _force(self, request: ControlRequest, now_s: float) -> tuple[Outcome, Words] | None:
        # it is told to the former holder in one line, whatever was typed
        reason = " ".join(request.reason.split())[:200]
        if len(reason) < LEAST_REASON:
            return Outcome.REFUSED, say("force_needs_reason")
        owner = self.control.owner
        self._hand_to(request, now_s, reason)
        return Outcome.GRANTED, "" if owner is None else say("taken_by_force", owner=str(owner), reason=reason)

    # ---- hands ----

    def _hand_to(self, request: ControlRequest, now_s: float, forced_because: str) -> None:
        former = self.control.owner
        self._forget_pending()
        self._until_s, self._why_over = now_s + EXPIRE_S, ""
        # greater than the one before also where the clock was set back
        lease = max(self.control.lease + 1, int(self._wall() * 1000.0))
        self.control = replace(self.control, owner=request.by, lease=lease, takeover=request.takeover)
        words = f"{request.by} is in control"
        if forced_because:
            words = f"{request.by} took control by force from {former}: {forced_because}"
        elif former is not None:
            words += f", taken over from {former}"
        self._tell(ControlNews(words, is_forced=bool(forced_because)))

    def _free(self, now_s: float, why: Words) -> None:
        owner, pending = self.control.owner, self._pending
        self._tell(ControlNews(f"{owner} lost control: {why}"))
        # nobody is left to answer the question, so that who asked need not wait for its end
        if pending is not None:
            self._hand_to(pending, now_s, "")
            self._say(now_s, replace(self.control, last=_decision(pending, Outcome.GRANTED, why)))
            return
        self._set_free()
        self._say(now_s, replace(self.control, last=ControlDecision(request="", outcome=Outcome.EXPIRED, detail=why)))

    def _set_free(self) -> None:
        self._forget_pending()
        self.control = replace(self.control, owner=None, takeover=Takeover.AUTO)

    def _decide_pending(self, outcome: Outcome, detail: Words, now_s: float) -> None:
        pending = self._pending
        self._forget_pending()
        if pending is not None:
            self._say(now_s, replace(self.control, last=_decision(pending, outcome, detail)))

    def _forget_pending(self) -> None:
        self._pending = None
        self.control = replace(self.control, pending=None, pending_request=None)

    def _say(self, now_s: float, control: Control) -> None:
        self._published_s = now_s
        until_bms = int(self._until_s * 1000.0) if control.owner is not None else None
        self.control = replace(control, until_bms=until_bms)
        self._publish(self.control)


def _decision(request: ControlRequest, outcome: Outcome, detail: Words) -> ControlDecision:
    return ControlDecision(request=request.id, outcome=outcome, by=request.by, detail=detail)


_ACTIONS: dict[ControlAction, Callable[[ControlDesk, ControlRequest, float], tuple[Outcome, Words] | None]] = {
    ControlAction.ACQUIRE: ControlDesk._acquire,  # noqa: SLF001 - this module's own
    ControlAction.RENEW: ControlDesk._renew,  # noqa: SLF001
    ControlAction.RELEASE: ControlDesk._release,  # noqa: SLF001
    ControlAction.GRANT: ControlDesk._grant,  # noqa: SLF001
    ControlAction.DENY: ControlDesk._deny,  # noqa: SLF001
    ControlAction.FORCE: ControlDesk._force,  # noqa: SLF001
}
