# SPDX-License-Identifier: Apache-2.0
"""Which vehicles this station controls, wants to control, and how it keeps that up. Sans-I/O; one thread owns it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from groundstation.fleet.commands import Actor
from groundstation.fleet.control import RENEW_S, Control, ControlAction, ControlRequest, Outcome, Takeover
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import Words
from groundstation.fleet.vehicle import VehicleState

ASK_AGAIN_S = 3.0
"""A request for control without any answer is repeated after so long."""
REFUSED_S = 2.0
"""A refusal is told to who asks again within this time; later it is asked anew."""
WANT_S = 15.0
"""How long a wish for control lives; then it is given up."""

States = Callable[[VehicleKey], VehicleState | None]


class _Wish(msgspec.Struct):
    """Control that is asked for."""

    began_s: float
    request: ControlRequest
    # long ago, so that the first tick sends it
    sent_s: float = -1e9
    refused: Words = ""
    refused_s: float = 0.0


class ControlKeeper:
    """Control of vehicles, from this station's side."""

    def __init__(self, actor: Actor, new_id: Callable[[], str]) -> None:
        self._actor, self._new_id = actor, new_id
        self._kept: dict[VehicleKey, float] = {}
        """Vehicles whose control is renewed, and when it was last."""
        self._wishes: dict[VehicleKey, _Wish] = {}
        self._now: list[tuple[VehicleKey, ControlRequest]] = []
        self.takeover = Takeover.ASK
        """What happens when another station asks for what we hold."""

    @property
    def kept(self) -> frozenset[VehicleKey]:
        """Vehicles that we hold, as far as we know, or asked for."""
        return frozenset(self._kept) | frozenset(self._wishes)

    def lease(self, state: VehicleState) -> int | None:
        """Our fencing number of a vehicle; None when we don't hold it."""
        control = state.control
        return control.lease if control is not None and control.is_held_by(self._actor.gs) else None

    def want(self, state: VehicleState, now_s: float, *, force_reason: str = "") -> Words:
        """Ask for control, unless that is done already.

        Args:
            state: the vehicle.
            now_s: monotonic seconds.
            force_reason: take it from whoever has it, for this reason.

        Returns:
            Why it was refused; empty while the answer is open.
        """
        wish = self._wishes.get(state.key)
        if wish is None or (force_reason and wish.request.action is not ControlAction.FORCE):
            action = ControlAction.FORCE if force_reason else ControlAction.ACQUIRE
            # one request for a wish, sent again under the same id: the answer names it, and a copy of it is no second
            # wish
            request = self._request(action, reason=force_reason)
            wish = self._wishes[state.key] = _Wish(began_s=now_s, request=request)
        self._look_for_answer(wish, state.control, now_s)
        return wish.refused

    def release(self, state: VehicleState) -> None:
        """Give control back."""
        self._wishes.pop(state.key, None)
        self._kept.pop(state.key, None)
        lease = self.lease(state)
        self._now.append((state.key, self._request(ControlAction.RELEASE, lease=lease)))

    def answer(self, state: VehicleState, *, grant: bool) -> None:
        """Answer a station that asks for what we hold."""
        action = ControlAction.GRANT if grant else ControlAction.DENY
        # else it would be renewed until the bridge has told the change, against our own word
        if grant:
            self._kept.pop(state.key, None)
        self._now.append((state.key, self._request(action, lease=self.lease(state))))

    def tick(self, states: States, now_s: float) -> list[tuple[VehicleKey, ControlRequest]]:
        """Time passed; returns what to publish."""
        # what is returned here is gone from here: who calls this must be able to publish
        out, self._now = self._now, []
        for key, wish in list(self._wishes.items()):
            state = states(key)
            if state is not None and self.lease(state) is not None:
                self._wishes.pop(key)
                # control was given just now: the first renewal is due a whole period later
                self._kept[key] = now_s
                continue
            self._look_for_answer(wish, state.control if state is not None else None, now_s)
            is_refused_long = bool(wish.refused) and now_s - wish.refused_s > REFUSED_S
            if is_refused_long or now_s - wish.began_s > WANT_S:
                self._wishes.pop(key)
            elif now_s - wish.sent_s >= ASK_AGAIN_S and not wish.refused:
                wish.sent_s = now_s
                out.append((key, wish.request))
        for key, renewed_s in list(self._kept.items()):
            out += self._keep_up(key, states(key), renewed_s, now_s)
        return out

    def _keep_up(
        self, key: VehicleKey, state: VehicleState | None, renewed_s: float, now_s: float
    ) -> list[tuple[VehicleKey, ControlRequest]]:
        if state is None or state.control is None or now_s - renewed_s < RENEW_S:
            return []
        lease = self.lease(state)
        self._kept[key] = now_s
        if lease is not None:
            return [(key, self._request(ControlAction.RENEW, lease=lease))]
        last = state.control.last
        # the same person may release it at another station, and means it
        is_released = last is not None and last.outcome is Outcome.RELEASED
        if state.control.owner is None and not is_released:
            # it ran out while nobody was to be reached; what is free again is ours again
            return [(key, self._request(ControlAction.ACQUIRE))]
        # another one has it now, or it was released: whether to ask again is for the operator to decide
        self._kept.pop(key)
        return []

    def _look_for_answer(self, wish: _Wish, control: Control | None, now_s: float) -> None:
        last = control.last if control is not None else None
        if last is None or last.request != wish.request.id:
            return
        if last.outcome in (Outcome.DENIED, Outcome.REFUSED, Outcome.EXPIRED):
            # looked at in each tick: the time counts from the first look, else no refusal would grow old
            wish.refused_s = wish.refused_s if wish.refused else now_s
            wish.refused = last.detail or last.outcome.value

    def _request(self, action: ControlAction, *, lease: int | None = None, reason: str = "") -> ControlRequest:
        return ControlRequest(
            id=self._new_id(), action=action, by=self._actor, lease=lease, takeover=self.takeover, reason=reason
        )
