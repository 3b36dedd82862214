# SPDX-License-Identifier: Apache-2.0
"""Menus of verbs: what can't be given now says why beside its name. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QMenu

from groundstation.fleet.commands import Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.verbs import EMERGENCY_VERBS, VERBS, Risk
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import label_of, tr

REASON_LENGTH = 44
_V = Verb
FLIGHT = (_V.ARM, _V.DISARM, _V.TAKEOFF, _V.GOTO, _V.HEIGHT, _V.SPEED, _V.YAW, _V.ORBIT, _V.MODE)
MISSION = (_V.MISSION_START, _V.MISSION_PAUSE, _V.MISSION_RESUME, _V.MISSION_JUMP)
PLACES = (_V.SET_HOME, _V.ROI, _V.ROI_NONE)
PAYLOAD = (_V.CAMERA_TRIGGER, _V.GRIPPER, _V.SERVO, _V.RELAY)
SERVICE = (_V.CALIBRATE, _V.REBOOT, _V.MAV_CMD)
EVERY = (*FLIGHT, *EMERGENCY_VERBS, *MISSION, *PLACES, *PAYLOAD, *SERVICE, _V.FORCE_DISARM)


def fill_verbs(menu: QMenu, desk: OperatorDesk, keys: Sequence[VehicleKey], without: Sequence[Verb] = ()) -> None:
    """Fill a menu with what vehicles can be told.

    Args:
        menu: emptied by the caller.
        desk: takes the wish.
        keys: the vehicles.
        without: verbs that stand elsewhere.
    """
    # with nobody selected all stand there, dim, with the reason
    has = [verb for verb in (desk.verbs_of(keys) or EVERY) if verb not in without]
    for verbs in (FLIGHT, EMERGENCY_VERBS, PLACES):
        if _add_all(menu, desk, keys, [verb for verb in verbs if verb in has]):
            menu.addSeparator()
    for title, verbs in ((tr("Mission"), MISSION), (tr("Camera and payload"), PAYLOAD), (tr("Service"), SERVICE)):
        inside = [verb for verb in verbs if verb in has]
        if inside:
            _add_all(menu.addMenu(title), desk, keys, inside)
    # alone at the end, far from what is clicked often
    if Verb.FORCE_DISARM in has:
        menu.addSeparator()
        add_verb(menu, desk, keys, Verb.FORCE_DISARM)


def add_verb(menu: QMenu, desk: OperatorDesk, keys: Sequence[VehicleKey], verb: Verb) -> None:
    """One verb; disabled with its reason when nobody can be given it now."""
    reason = desk.reason_of(keys, verb)
    able, _ = desk.split(keys, verb)
    asks = bool(VERBS[verb].args) or desk.orders.risk(verb, able or keys) > Risk.NONE
    text = f"{label_of(verb)}…" if asks else label_of(verb)
    if reason:
        # where the key of an entry would stand
        text += "\t" + (reason if len(reason) <= REASON_LENGTH else f"{reason[:REASON_LENGTH]}…").replace("&", "&&")
    # those of now: the selection may change while the menu is open
    wanted = tuple(keys)
    action = menu.addAction(text)
    action.setEnabled(not reason)
    action.setData(verb.value)
    action.triggered.connect(lambda: desk.ask(verb, wanted))


def _add_all(menu: QMenu, desk: OperatorDesk, keys: Sequence[VehicleKey], verbs: Sequence[Verb]) -> bool:
    for verb in verbs:
        add_verb(menu, desk, keys, verb)
    return bool(verbs)
