# SPDX-License-Identifier: Apache-2.0
"""Commands from the map: its menu, and places of what is told. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import label_of, vehicles_text
from groundstation.ui.map_panel.map_view import MapView
from groundstation.ui.map_panel.target_layer import MapTarget, TargetLayer

WITH_PLACE = (Verb.GOTO, Verb.ORBIT, Verb.ROI, Verb.SET_HOME)


class MapOrders(QObject):
    """Between the map and the desk."""

    def __init__(self, desk: OperatorDesk, view: MapView) -> None:
        super().__init__(view)
        self._desk, self._view = desk, view
        self.places: list[tuple[str, Callable[[float, float], object]]] = []
        """What else a place is good for: words, and who is told its degrees."""
        view.menu_wanted.connect(self._on_menu_wanted)
        desk.sketched.connect(self.refresh)
        desk.orders.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the places of what is under way and of the order that is being made."""
        targets = []
        for state in self._desk.feed.fleet:
            record = self._desk.latest(state.key)
            # what is over has no place to go to any more
            if record is None or record.is_over or record.verb not in WITH_PLACE:
                continue
            lat, lon = record.args.get("lat_deg"), record.args.get("lon_deg")
            if isinstance(lat, float) and isinstance(lon, float):
                targets.append(MapTarget(key=state.key, lat_deg=lat, lon_deg=lon))
        if self._desk.sketch is not None:
            keys, lat_deg, lon_deg = self._desk.sketch
            targets += [MapTarget(key=key, lat_deg=lat_deg, lon_deg=lon_deg, is_given=False) for key in keys]
        layer = self._view.stack.layer(TargetLayer)
        # told with each progress of each command: the places stay the same
        if targets != layer.targets:
            layer.targets = targets
            self._view.repaint_soon()

    def menu(self, lat_deg: float, lon_deg: float) -> QMenu:
        """What the selected vehicles can be told about a place."""
        keys = self._desk.selection.keys
        menu = QMenu(self._view)
        title = vehicles_text(keys, 3) if keys else self.tr("No vehicle is selected")
        # Qt takes a single & for the letter of a shortcut
        menu.addAction(title.replace("&", "&&")).setEnabled(False)
        menu.addSeparator()
        texts = {
            Verb.GOTO: self.tr("&Go to here…"),
            Verb.ORBIT: self.tr("&Orbit here…"),
            Verb.ROI: self.tr("&Look at here"),
            Verb.SET_HOME: self.tr("Set &home here…"),
        }
        has = self._desk.verbs_of(keys)
        for verb, text in texts.items():
            # what none of them has is left out; what can't be now says why
            if keys and verb not in has:
                continue
            reason = self._reason(verb)
            action = menu.addAction(f"{text}\t{reason}" if reason else text)
            action.setData(label_of(verb))
            action.setEnabled(not reason)
            action.triggered.connect(lambda _checked=False, verb=verb: self._on_chosen(verb, lat_deg, lon_deg))
        if self.places:
            menu.addSeparator()
        for words, act in self.places:
            menu.addAction(words).triggered.connect(lambda _checked=False, act=act: act(lat_deg, lon_deg))
        return menu

    def _reason(self, verb: Verb) -> str:
        keys = self._desk.selection.keys
        if verb is not Verb.SET_HOME or not keys:
            return self._desk.reason_of(keys, verb)
        # a place is given, so that flying is no reason against it
        state = self._desk.state(keys[0])
        position = state.position if state is not None else None
        args = self._args(verb, getattr(position, "lat_deg", None), getattr(position, "lon_deg", None), state)
        return self._desk.reason_of(keys, verb, args)

    @staticmethod
    def _args(verb: Verb, lat_deg: float | None, lon_deg: float | None, state: VehicleState | None) -> Args:
        """Home needs its height too: that of the first vehicle's present home."""
        args: Args = {"lat_deg": lat_deg, "lon_deg": lon_deg}
        if verb is Verb.SET_HOME and state is not None and state.home is not None:
            args["height_m"] = state.home.height_amsl_m
        return args

    def _on_menu_wanted(self, at: QPoint, lat_deg: float, lon_deg: float) -> None:
        self.menu(lat_deg, lon_deg).popup(at)

    def _on_chosen(self, verb: Verb, lat_deg: float, lon_deg: float) -> None:
        keys = self._desk.selection.keys
        state = self._desk.state(keys[0]) if keys else None
        args = self._args(verb, lat_deg, lon_deg, state)
        self._desk.ask(verb, keys, args)
