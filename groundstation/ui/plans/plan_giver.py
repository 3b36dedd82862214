# SPDX-License-Identifier: Apache-2.0
"""Gives the plans on the screen to vehicles, after a question, and gets theirs. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from groundstation.fleet.commands import Verb
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.fleet_plan import FleetPlan
from groundstation.fleet.plans.plan_badge import Badge, badge_of
from groundstation.fleet.plans.plan_check import Finding
from groundstation.fleet.plans.plan_items import KINDS, PlanItem, PlanKind
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.speaking import counted
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_model import tr
from groundstation.ui.plans.plan_orders import Given, PlanOrders
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.plans.vehicle_strip import VehicleStrip, badges_text
from groundstation.ui.said import said

MOST_REASONS = 3
FLOWN_NOW = (
    "Flown now, and replaced in the air: {names}. An ArduPilot goes on at the number where it is; where the new plan "
    "has no such number it stops until its mission is started. A PX4 begins anew."
)

LONGER = "Share it among more vehicles, split it, fly faster or shorter; or give it all the same."


class PlanGiver:
    """The strip at the foot of the panel, and what its buttons do."""

    def __init__(
        self,
        document: PlanDocument,
        study: PlanStudy,
        feed: FleetView,
        desk: OperatorDesk,
        orders: PlanOrders,
        kind: Callable[[], PlanKind],
    ) -> None:
        """Build the strip.

        Args:
            document: the plans.
            study: what holds them.
            feed: what is known of the fleet.
            desk: told of what can't be done.
            orders: carries plans out and back.
            kind: which list is shown.
        """
        self._document, self._study, self._feed, self._desk = document, study, feed, desk
        self.orders, self._kind = orders, kind
        self.given: FleetPlan | None = None
        """The plans as they were given last: what became of it is no word about others."""
        self.is_past = False
        """Whether the past is shown around it: nothing is given then, and nothing read."""
        self.strip = VehicleStrip(self.ask_upload, self.ask_upload_all, self.read, self.ask_clear, self.ask_start)

    @property
    def kind(self) -> PlanKind:
        """Which list is given."""
        return self._kind()

    @property
    def items(self) -> tuple[PlanItem, ...]:
        """What is in it."""
        return self._document.plan.items(self.kind)

    def refresh(self) -> None:
        """Show who has it, and what is under way."""
        states = self.states()
        self.strip.badges.setText(badges_text(states, self.items, self.kind) if states else self._words_nobody)
        self.strip.badges.setVisible(bool(self.items) or not states)
        self.strip.differences.setVisible(self.differing() is not None)
        self.strip.badges.setToolTip(tr("Whether the vehicle has the plan on the screen, as it was read"))
        self.strip.show_records(self.orders.records, is_busy=self.orders.is_busy)
        keys = tuple(one.key for one in states)
        self.strip.show_targets(keys, len(self.items), self.reason(keys))
        ready = self.ready()
        self.strip.show_start(ready, self._desk.reason_of(ready, Verb.MISSION_START) if ready else "")
        given = self._all_given()
        self.strip.show_all(len(given), self._reason_all(given))

    def ready(self) -> tuple[VehicleKey, ...]:
        """Vehicles that have the missions on the screen, as they were read back; not those that a check holds."""
        if self.orders.is_busy or self.is_past or self._study.is_behind:
            return ()
        parts = [one for at, one in enumerate(self._document.fleet.parts) if not self._study.holding(at)]
        whose = [(key, one) for one in parts for key in self._study.targets_of(one) if one.plan.mission]
        states = [(self._feed.fleet.get(key), part) for key, part in whose]
        return tuple(
            state.key
            for state, part in states
            if state is not None and badge_of(state, part.plan.mission, PlanKind.MISSION) is Badge.EQUAL
        )

    def ask_start(self) -> None:
        """Have those that have their plans fly them, the way of any order: the sheet names them, and asks."""
        if ready := self.ready():
            self._desk.ask(Verb.MISSION_START, ready)

    def _reason_all(self, given: dict[VehicleKey, tuple[Given, ...]]) -> str:
        """Why none of them can be given its plan now; empty when one can."""
        if self.orders.is_busy:
            return tr("one is under way")
        if self._study.is_behind:
            return self._words_unsure
        held = self._held()
        if len(self._document.fleet.parts) == 1 and None in held:
            return self._words_held(0)
        if any(key not in held and self._may(key, may_replace=True) for key in given):
            return ""
        whys = "\n".join(self._why_not(key) for key in list(given)[:MOST_REASONS])
        more = len(given) - MOST_REASONS
        return whys + (tr("\nand {more} more").format(more=more) if more > 0 else "")

    def _held(self) -> set[VehicleKey | None]:
        """Whose plans a check holds; None among them where that of nobody is held."""
        parts = self._document.fleet.parts
        return {part.vehicle for at, part in enumerate(parts) if self._study.holding(at)}

    def _words_held(self, index: int) -> str:
        return _held(self._study.holding(index))

    def differing(self) -> VehicleState | None:
        """The vehicle whose list is known and another one than that on the screen; None for several, or none."""
        states = self.states()
        only = states[0] if len(states) == 1 else None
        is_other = only is not None and bool(self.items) and badge_of(only, self.items, self.kind) is Badge.DIFFERS
        return only if is_other else None

    def states(self) -> list[VehicleState]:
        """Whom the part that is worked on is for."""
        found = (self._feed.fleet.get(key) for key in self._study.targets())
        return [one for one in found if one is not None]

    def reason(self, keys: tuple[VehicleKey, ...]) -> str:
        """Why it can't be given now; empty when it can."""
        if not keys:
            vehicle = self._document.part.vehicle
            nobody = tr("no vehicle is selected") if self._is_alone else tr("this part has no vehicle")
            return nobody if vehicle is None else tr("it is not heard")
        if not self.items:
            return tr("there is nothing to give")
        if self.orders.is_busy:
            return tr("one is under way")
        holding = [one for one in (noted.finding for noted in self._study.noted()) if one.holds]
        if holding and self.kind is PlanKind.MISSION:
            return _held(len(holding))
        if self._study.is_behind and self.kind is PlanKind.MISSION:
            return self._words_unsure
        found = [self.orders.objection(key, Verb.PLAN_UPLOAD, self.kind, may_replace=True) for key in keys]
        return next((one for one in found if one is not None), "") if all(found) else ""

    @property
    def _is_alone(self) -> bool:
        return len(self._document.fleet.parts) == 1

    @property
    def _words_nobody(self) -> str:
        if self._document.part.vehicle is not None:
            return tr("It is not heard.")
        return tr("No vehicle is selected.") if self._is_alone else tr("This part has no vehicle.")

    @property
    def _words_unsure(self) -> str:
        """While plans are flown in thought nobody knows who comes too close to whom, and what the batteries do for."""
        is_alone = self._is_alone
        return tr("it is still being reckoned") if is_alone else tr("who meets whom is still being reckoned")

    def _words_asked(self, asked: Sequence[tuple[str, Finding]]) -> str:
        """What somebody has to agree to before it is given, vehicle by vehicle."""
        words = "".join(f"\n{name}: {said(one.said)}." for name, one in asked[:MOST_REASONS])
        more = len(asked) - MOST_REASONS
        words += tr("\nand {more} more").format(more=more) if more > 0 else ""
        return f"{words}\n{tr(LONGER)}\n" if asked else ""

    def ask_upload(self) -> None:
        """Ask before the plan is given."""
        keys, count = self._keys(), len(self.items)
        if self.reason(keys) or not keys or self.is_past:
            return
        plain = [
            one for one in keys if self.orders.objection(one, Verb.PLAN_UPLOAD, self.kind, may_replace=False) is None
        ]
        flown = [one for one in keys if one not in plain and self._may(one, may_replace=True)]
        able = [*plain, *flown]
        left_out = [one.id for one in keys if one not in able]
        words = counted("Plans", "Give {count} {what} item to {whom}?", "Give {count} {what} items to {whom}?", count)
        words = words.format(count=count, what=tr(self.kind.value), whom=", ".join(one.id for one in able))
        if flown:
            names = ", ".join(one.id for one in flown)
            words += " " + tr(FLOWN_NOW).format(names=names)
        if left_out:
            words += " " + tr("Left out: {names}.").format(names=", ".join(left_out))
        items, kind = self.items, self.kind
        found = self._study.asking(self._document.index) if kind is PlanKind.MISSION else None
        asked = [(", ".join(one.id for one in able), found)] if found is not None else []
        self.strip.ask(
            words + self._words_asked(asked),
            _yes(is_replacing=bool(flown), is_beyond=bool(asked)),
            lambda: self._upload(dict.fromkeys(able, (Given(kind, items),)), may_replace=bool(flown)),
        )

    def _all_given(self) -> dict[VehicleKey, tuple[Given, ...]]:
        """All lists of all parts that have a vehicle, or of the one plan to the vehicle that is selected."""
        found: dict[VehicleKey, tuple[Given, ...]] = {}
        for part in self._document.fleet.parts:
            given = tuple(Given(kind, part.plan.items(kind)) for kind in KINDS if part.plan.items(kind))
            if part.vehicle is not None and given:
                found[part.vehicle] = given
            elif len(self._document.fleet.parts) == 1 and len(given) > 1:
                found |= dict.fromkeys(self._study.targets(), given)
        return found

    def ask_upload_all(self) -> None:
        """Ask before every vehicle is given all lists of its plan; those that a check holds are left out."""
        given = self._all_given()
        if not given or self.orders.is_busy or self.is_past:
            return
        parts = self._document.fleet.parts
        held = self._held()
        is_behind = self._study.is_behind
        if is_behind or (None in held and len(parts) == 1):
            words = tr("It is still being reckoned.") if is_behind else tr("The checks hold it.")
            self._desk.noticed.emit(words, Level.ADVISORY)
            return
        plain: list[VehicleKey] = []
        flown: list[VehicleKey] = []
        left_out: list[VehicleKey] = []
        for key in given:
            if key in held or not self._may(key, may_replace=True):
                left_out.append(key)
            else:
                (plain if self._may(key, may_replace=False) else flown).append(key)
        able = [*plain, *flown]
        if not able:
            why = "; ".join(self._why_not(key) for key in left_out[:MOST_REASONS])
            self._desk.noticed.emit(tr("Nobody can be given a plan now. {why}").format(why=why), Level.ADVISORY)
            return
        words = tr("Give {whom} their plans, with fence and rally points where there are any?").format(
            whom=", ".join(one.id for one in able)
        )
        if flown:
            words += " " + tr(FLOWN_NOW).format(names=_names(flown))
        if left_out:
            words += " " + tr("Left out: {names}.").format(names=_names(left_out))
        wanted = {key: given[key] for key in able}
        asked = self._asked(able)
        self.strip.ask(
            words + self._words_asked(asked),
            _yes(is_replacing=bool(flown), is_beyond=bool(asked)),
            lambda: self._upload(wanted, may_replace=bool(flown)),
        )

    def _asked(self, keys: Sequence[VehicleKey]) -> list[tuple[str, Finding]]:
        """What is to be asked of the plans of some vehicles."""
        fleet = self._document.fleet
        parts = [(key, fleet.index_of(key)) for key in keys]
        # the one plan without a vehicle goes to whoever is selected
        found = [(key, self._study.asking(0 if index is None else index)) for key, index in parts]
        return [(call_sign(key), one) for key, one in found if one is not None]

    def _upload(self, wanted: dict[VehicleKey, tuple[Given, ...]], *, may_replace: bool) -> None:
        self.given = self._document.fleet
        self.orders.upload(wanted, may_replace=may_replace)

    def forget_old(self) -> None:
        """What became of plans that were changed since is forgotten; a retry would give the old ones."""
        if self.given is not None and self._document.fleet != self.given and not self.orders.is_busy:
            self.given = None
            self.orders.forget()

    def _why_not(self, key: VehicleKey) -> str:
        index = self._document.fleet.index_of(key)
        holding = self._study.holding(index) if index is not None else 0
        if holding:
            return f"{call_sign(key)}: {_held(holding)}"
        words = self.orders.objection(key, Verb.PLAN_UPLOAD, self.kind, may_replace=True)
        return f"{call_sign(key)}: {words or tr('not now')}"

    def _may(self, key: VehicleKey, *, may_replace: bool) -> bool:
        return self.orders.objection(key, Verb.PLAN_UPLOAD, self.kind, may_replace=may_replace) is None

    def read(self) -> None:
        """Read what the selected vehicles have; that of one alone is put on the screen."""
        keys = self._keys()
        if self.is_past:
            return
        if len(keys) == 1:
            self.show_vehicle(keys[0])
        self.orders.read(keys, self.kind)

    def show_vehicle(self, key: VehicleKey) -> None:
        """Put a vehicle's plan on the screen, as it is known; one step to be undone."""
        state = self._feed.fleet.get(key)
        told = state.plan_list(self.kind) if state is not None else None
        if told is not None and told.items and told.items != self.items:
            plan = self._document.plan
            words = tr("show the {what} of {name}").format(what=tr(self.kind.value), name=call_sign(key))
            self._document.edit(replace(plan, **{self.kind.value: told.items}), words)

    def ask_clear(self) -> None:
        """Ask before a list is taken out of vehicles."""
        kind = self.kind
        if self.is_past:
            return
        refused = {key: self.orders.objection(key, Verb.PLAN_CLEAR, kind, may_replace=False) for key in self._keys()}
        keys = tuple(key for key, why in refused.items() if why is None)
        whys = "; ".join(f"{call_sign(key)}: {why}" for key, why in refused.items() if why is not None)
        if not keys:
            if whys:
                self._desk.noticed.emit(whys, Level.ADVISORY)
            return
        words = tr("Take the {what} out of {names}?").format(what=tr(kind.value), names=_names(keys))
        words += f" {tr('Left out: {names}.').format(names=whys)}" if whys else ""
        self.strip.ask(words, tr("Clear"), lambda: self.orders.clear(keys, kind, may_replace=False))

    def _keys(self) -> tuple[VehicleKey, ...]:
        return tuple(one.key for one in self.states())


def _yes(*, is_replacing: bool, is_beyond: bool) -> str:
    if is_beyond:
        return tr("Replace, beyond the battery") if is_replacing else tr("Upload beyond the battery")
    return tr("Replace and upload") if is_replacing else tr("Upload")


def _names(keys: Sequence[VehicleKey]) -> str:
    return ", ".join(one.id for one in keys)


def _held(count: int) -> str:
    words = counted("Plans", "{count} of the checks holds it", "{count} of the checks hold it", count)
    return words.format(count=count)
