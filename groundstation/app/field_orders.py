# SPDX-License-Identifier: Apache-2.0
"""What every flight in a world of its own begins with: all are heard, have their missions, are started. One thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from groundstation.app.field import READY_S
from groundstation.app.ordering import TICK_S, Desk, give_order
from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Args, CommandState, Verb
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.progress import CancelledError
from groundstation.fleet.refly.news import Phase
from groundstation.fleet.vehicle import VehicleState

ORDER_S = 120.0
AGAIN_S = 1.0
"""Between two tries to start one that is not ready yet."""

Tell = Callable[[float, Phase], None]
"""Which share is done, and what is done."""


def heard(desk: Desk, count: int, tell: Tell, stop: threading.Event) -> list[VehicleKey]:
    """Wait until all vehicles of a world are heard.

    Args:
        desk: connected to the world's broker.
        count: how many there are.
        tell: told how far it is.
        stop: gives up.

    Raises:
        GroundStationError: they are not, in time.
        CancelledError: by `stop`.
    """
    keys = [VehicleKey("sim", f"uav-{number}") for number in range(1, count + 1)]
    tell(0.0, Phase.SIMULATOR)
    give_up_s = time.monotonic() + READY_S
    while time.monotonic() < give_up_s:
        try:
            return desk.find(",".join(str(key) for key in keys))
        except GroundStationError:
            if stop.wait(TICK_S):
                break
    cancelled(stop)
    raise GroundStationError(f"the simulator was not heard within {READY_S:.0f} s; try again, or with fewer vehicles")


def all_ready(desk: Desk, keys: Sequence[VehicleKey], tell: Tell, stop: threading.Event) -> None:
    """Wait until all of them would arm, if they ever will: nobody is to wait for others in the air.

    Args:
        desk: connected.
        keys: who.
        tell: told how far it is.
        stop: gives up.

    Raises:
        CancelledError: by `stop`.
    """
    tell(0.0, Phase.READY)
    desk.turn_until(lambda: all(_is_ready(desk.fleet.get(key)) for key in keys), READY_S, stop)
    cancelled(stop)


def _is_ready(state: VehicleState | None) -> bool:
    # where an autopilot does not tell, its first order finds out
    return state is not None and state.health is not None and state.health.is_armable is not False


def cancelled(stop: threading.Event) -> None:
    """Give up where that is wanted.

    Raises:
        CancelledError: it is.
    """
    if stop.is_set():
        raise CancelledError("not wanted any more")


def upload(desk: Desk, items: Mapping[VehicleKey, tuple[PlanItem, ...]], tell: Tell, stop: threading.Event) -> None:
    """Give vehicles their missions.

    Args:
        desk: connected.
        items: of each that has one.
        tell: told how far it is.
        stop: gives up.

    Raises:
        GroundStationError: one did not take it.
        CancelledError: by `stop`.
    """
    tell(0.0, Phase.MISSION)
    args: Args = {"list": PlanKind.MISSION.value}
    records = give_order(desk, list(items), Verb.PLAN_UPLOAD, args, lambda _: None, stop, ORDER_S, items=items)
    cancelled(stop)
    bad = [one for one in records if one.state is not CommandState.SUCCEEDED]
    if bad:
        raise GroundStationError(f"{bad[0].key.id} did not take the mission: {bad[0].detail or bad[0].state.value}")


class Repeated:
    """An order that is given again and again until somebody is content: a booting autopilot refuses first."""

    def __init__(self, verb: Verb, args: Args) -> None:
        self._verb, self._args = verb, args
        self._batch, self._asked_s = "", -AGAIN_S
        self.refused = ""
        """Why it came to nothing the last time."""

    def ask(self, desk: Desk, key: VehicleKey, now_s: float) -> None:
        """Give it, where the one before has come to nothing; call it until it had its effect.

        Args:
            desk: connected.
            key: to whom.
            now_s: monotonic seconds.
        """
        operations = desk.commander.operations
        records: list[CommandRecord] = operations.book.of_batch(self._batch) if self._batch else []
        if records and all(one.is_over for one in records):
            self.refused, self._batch = str(records[0].detail or records[0].state.value), ""
        if not self._batch and now_s - self._asked_s >= AGAIN_S:
            self._asked_s = now_s
            self._batch = operations.order([key], self._verb, self._args, now_s, fleet=desk.fleet)
