# SPDX-License-Identifier: Apache-2.0
"""Fields of a survey: those that its kind and camera have, in lines of a grid. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, FRAME_TERRAIN
from groundstation.fleet.plans.survey.camera import CAMERAS, Camera, height_for_gsd_m
from groundstation.fleet.plans.survey.survey_task import AnyTask, SurveyTask, Trigger, gsd_of, spacing_of, trigger_of
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.choice_field import ChoiceField
from groundstation.ui.language.letters import small
from groundstation.ui.number_field import NumberField
from groundstation.ui.plans.survey_words import tr

COLUMNS = 3
FRAMES = {FRAME_RELATIVE: "home", FRAME_GLOBAL: "sea level", FRAME_TERRAIN: "ground"}
TRIGGERS = {
    Trigger.DISTANCE: "by distance",
    Trigger.INTERVAL: "by time",
    Trigger.HOVER: "standing still",
    Trigger.NONE: "none",
}
PERCENT = 100.0
USUAL_TRIGGER_M = 15.0


def _always(task: AnyTask) -> bool:
    del task
    return True


class _Number(NamedTuple):
    """A field of a task that is a number."""

    field: str
    label: str
    unit: str | Dimension
    least: float
    most: float
    digits: int = 1
    factor: float = 1.0
    """The number on the screen is so many times that of the task."""
    when: Callable[[AnyTask], bool] = _always
    """For which tasks it is shown."""


def _has_camera(task: AnyTask) -> bool:
    return task.camera is not None


def _has_spacing(task: AnyTask) -> bool:
    return task.camera is None


def _takes_pictures(task: AnyTask) -> bool:
    return task.trigger is not Trigger.NONE


NUMBERS = (
    _Number("height_m", "Height", Dimension.HEIGHT, 1.0, 10_000.0),
    _Number("speed_mps", "Speed", Dimension.SPEED, 0.1, 150.0),
    _Number("spacing_m", "Lines apart", Dimension.DISTANCE, 0.1, 10_000.0, when=_has_spacing),
    _Number(
        "trigger_m",
        "Picture every",
        Dimension.DISTANCE,
        0.1,
        10_000.0,
        when=lambda one: _has_spacing(one) and _takes_pictures(one),
    ),
    _Number("side_overlap", "Side overlap", "%", 0.0, 98.0, 0, PERCENT, _has_camera),
    _Number("front_overlap", "Front overlap", "%", 0.0, 98.0, 0, PERCENT, _has_camera),
    _Number("turnaround_m", "Turnaround", Dimension.DISTANCE, 0.0, 5_000.0),
    _Number("width_m", "Width", Dimension.DISTANCE, 0.1, 20_000.0, when=lambda one: not isinstance(one, SurveyTask)),
    _Number("margin_m", "Around left out", Dimension.DISTANCE, 0.0, 5_000.0, when=lambda one: bool(one.keep_outs)),
    _Number("hover_s", "Stand still", "s", 0.0, 600.0, when=lambda one: one.trigger is Trigger.HOVER),
)
SWITCHES = (
    ("crosshatch", "Once more, across", True),
    ("every_other", "Every other line, and back", True),
    ("in_turnarounds", "Pictures in turns too", False),
)
"""Field, label, and whether only surveys have it."""


class SurveyFields(QWidget):
    """Shows a task, and tells what somebody changes of it."""

    changed = Signal(str, object)
    """What was changed, in words, and a dict of the fields of the task with their values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._task: AnyTask | None = None
        self._labels: dict[QWidget, QLabel] = {}
        self._shape: object = None
        """Which fields stand where."""
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        cameras: list[tuple[str, Camera | None]] = [(one.name, one) for one in CAMERAS]
        self.camera = ChoiceField(self.tr("Camera"), [(self.tr("none: lines by distance"), None), *cameras])
        self.camera.activated.connect(lambda _at: self._on_camera(self.camera.value))
        self.frame = ChoiceField(self.tr("What the height is above"), [(tr(name), one) for one, name in FRAMES.items()])
        self.frame.activated.connect(lambda _at: self._change(self.tr("height above"), frame=self.frame.value))
        self.trigger = ChoiceField(self.tr("Pictures"), [(tr(name), one) for one, name in TRIGGERS.items()])
        self.trigger.activated.connect(lambda _at: self._change(self.tr("pictures"), trigger=self.trigger.value))
        self.numbers = {one.field: self._number(one) for one in NUMBERS}
        self.gsd = NumberField(self.tr("Size of a pixel on the ground"), "cm/px", 0.01, 1_000.0, 2)
        self.gsd.valueChanged.connect(self._on_gsd)
        self.angle = NumberField(self.tr("Course of the lines, degrees from north"), "°", -1.0, 359.0, 0)
        self.angle.setSpecialValueText(self.tr("best"))
        self.angle.setToolTip(self.tr("Course of the lines, degrees from north; -1 is the one with the fewest turns"))
        self.angle.valueChanged.connect(self._on_angle)
        self.switches = {field: QCheckBox(tr(label)) for field, label, _ in SWITCHES}
        for field, box in self.switches.items():
            box.toggled.connect(partial(self._on_switch, field))

    def _number(self, row: _Number) -> NumberField:
        box = NumberField(tr(row.label), row.unit, row.least, row.most, row.digits)
        box.valueChanged.connect(lambda value: self._change(small(tr(row.label)), **{row.field: value / row.factor}))
        return box

    def show_task(self, task: AnyTask) -> None:
        """Show a task; a field in which somebody types keeps what he typed."""
        self._task = task
        self.camera.show_value(task.camera, task.camera.name if task.camera is not None else "")
        self.frame.show_value(task.frame, f"MAV_FRAME {task.frame}")
        self.trigger.show_value(task.trigger, task.trigger.value)
        for row in NUMBERS:
            value = getattr(task, row.field, None)
            _show(self.numbers[row.field], (value or 0.0) * row.factor)
        gsd = gsd_of(task)
        _show(self.gsd, gsd or 0.0)
        angle_deg = task.angle_deg if isinstance(task, SurveyTask) else None
        _show(self.angle, -1.0 if angle_deg is None else angle_deg % 360.0)
        for field, box in self.switches.items():
            with QSignalBlocker(box):
                box.setChecked(bool(getattr(task, field, False)))
        self._lay_out(task)

    def _wanted(self, task: AnyTask) -> list[tuple[str, QWidget, int]]:
        """The fields that a task has, each with its label and how many columns it takes."""
        found: list[tuple[str, QWidget, int]] = [
            (self.tr("Camera"), self.camera, 2),
            (self.tr("Pictures"), self.trigger, 1),
            (self.tr("Height above"), self.frame, 1),
        ]
        for row in NUMBERS:
            if row.when(task):
                found.append((tr(row.label), self.numbers[row.field], 1))
                if row.field == "height_m" and task.camera is not None:
                    found.append((self.tr("Pixel"), self.gsd, 1))
        if isinstance(task, SurveyTask):
            found.append((self.tr("Course"), self.angle, 1))
        return found

    def _lay_out(self, task: AnyTask) -> None:
        """Only the fields that this task has, in lines of a grid."""
        wanted = self._wanted(task)
        is_area = isinstance(task, SurveyTask)
        shape = [id(widget) for _, widget, _ in wanted], is_area, task.trigger
        if shape == self._shape:
            return
        self._shape = shape
        self._clear()
        place = 0
        for title, widget, span in wanted:
            label = QLabel(title)
            label.setProperty("role", "small")
            label.setBuddy(widget)
            # what does not fit into a line begins the next one
            place += (-place) % COLUMNS if place % COLUMNS + span > COLUMNS else 0
            line, column = divmod(place, COLUMNS)
            self._grid.addWidget(label, 2 * line, column, 1, span)
            self._grid.addWidget(widget, 2 * line + 1, column, 1, span)
            self._labels[widget] = label
            widget.show()
            place += span
        for line, (field, _, is_for_areas) in enumerate(SWITCHES, 2 * (place // COLUMNS + 1)):
            self._grid.addWidget(self.switches[field], line, 0, 1, COLUMNS)
            self.switches[field].setVisible(is_area or not is_for_areas)
        self.switches["in_turnarounds"].setVisible(task.trigger in (Trigger.DISTANCE, Trigger.INTERVAL))

    def _clear(self) -> None:
        fields: tuple[QWidget, ...] = (self.camera, self.trigger, self.frame, self.gsd, self.angle)
        for widget in (*fields, *self.numbers.values(), *self.switches.values()):
            self._grid.removeWidget(widget)
            widget.hide()
        for label in self._labels.values():
            label.hide()
            label.deleteLater()
        self._labels.clear()

    # ---- changing it ----

    def _change(self, what: str, **fields: object) -> None:
        if self._task is not None:
            self.changed.emit(what, fields)

    def _on_camera(self, camera: Camera | None) -> None:
        task = self._task
        if task is None:
            return
        fields: dict[str, object] = {"camera": camera, "spacing_m": None, "trigger_m": None}
        if camera is None:
            # the numbers that came of the camera stay
            fields |= {"spacing_m": spacing_of(task), "trigger_m": trigger_of(task) or USUAL_TRIGGER_M}
        self._change(self.tr("camera"), **fields)

    def _on_gsd(self, value: float) -> None:
        task = self._task
        if task is not None and task.camera is not None:
            height_m = round(height_for_gsd_m(task.camera, value), 1)
            self._change(self.tr("size of a pixel"), height_m=height_m, ground_m=None)

    def _on_angle(self, value: float) -> None:
        if isinstance(self._task, SurveyTask):
            self._change(self.tr("course"), angle_deg=None if value < 0.0 else value)

    def _on_switch(self, field: str, is_on: bool) -> None:
        if hasattr(self._task, field):
            self._change(small(self.switches[field].text()), **{field: is_on})


def _show(box: NumberField, value: float) -> None:
    if not box.hasFocus() or not box.lineEdit().isModified():
        with QSignalBlocker(box):
            box.setValue(value)
