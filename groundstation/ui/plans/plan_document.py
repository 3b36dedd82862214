# SPDX-License-Identifier: Apache-2.0
"""The plans on the screen, of one vehicle or of several, and everything that was done to them. GUI thread.

Each state of it is a frozen value, and an edit makes another one: going back costs nothing, and has no end. What is not
saved is written aside a moment after each change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from groundstation.fleet.plans import plan_edit
from groundstation.fleet.plans.files.fleet_file import SUFFIX
from groundstation.fleet.plans.files.plan_file import PlanFile
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.survey_plan import Survey
from groundstation.fleet.shown_text import harmless
from groundstation.ui.language.speaking import counted
from groundstation.ui.plans.drawing import Drawing, drawn
from groundstation.ui.plans.plan_names import drawings_text
from groundstation.ui.plans.plan_port import PlanAccess, PlanDraft
from groundstation.ui.task import Ended, Tasks

SAVE_MS = 800
"""So long after the last change it is written aside."""


class _Step(NamedTuple):
    """A state of the plans, and what led to it."""

    fleet: FleetPlan
    words: str
    part: int
    """The one that was worked on."""


class PlanDocument(QObject):
    """What is planned: parts, one of which is worked on."""

    changed = Signal()
    """It is another one now."""
    chosen_changed = Signal()
    """Other items are chosen."""
    drawing_changed = Signal()
    """Something else is drawn next; the map takes the tool for it."""
    area_drawn = Signal(object, object)
    """A `Drawing` of a survey or corridor, and its corners as `Place`s."""
    corner_moved = Signal(object, object)
    """A `Corner` of the survey that is worked on, and the `Place` where it was dropped."""
    view_wanted = Signal()
    """The map is to show all of it."""
    noticed = Signal(str)
    """Something for the operator: a file that can't be read, say."""

    def __init__(self, access: PlanAccess | None = None, parent: QObject | None = None) -> None:
        """Begin with nothing.

        Args:
            access: ways to files; None for a plan that lives in memory alone.
            parent: Qt's.
        """
        super().__init__(parent)
        self._access = access
        self._tasks = Tasks("plans", self.tr("a plan can't be read or written"), self)
        self._steps = [_Step(FleetPlan(), "", 0)]
        self._place = self._saved = 0
        self._part = 0
        self.folder = Path.home()
        """Where a file was chosen last."""
        self.path: Path | None = None
        """Where it was opened or saved last."""
        self.chosen: frozenset[int] = frozenset()
        """Numbers of the items that are chosen in table and map, from 1; see `choose`."""
        self.drawing = Drawing.STAY_IN
        """What is drawn on the map next; see `draw`."""
        self._survey = 0
        self.revision = 0
        """Grows with every change, for who draws it."""
        self._soon = QTimer(self, interval=SAVE_MS, singleShot=True)
        self._soon.timeout.connect(self._save_draft)

    # ---- what it is ----

    @property
    def fleet(self) -> FleetPlan:
        """All of it as it is now."""
        return self._steps[self._place].fleet

    @property
    def index(self) -> int:
        """Which part is worked on."""
        return min(self._part, len(self.fleet.parts) - 1)

    @property
    def part(self) -> PlanPart:
        """The part that is worked on."""
        return self.fleet.parts[self.index]

    @property
    def plan(self) -> PlanFile:
        """The plan that is worked on."""
        return self.part.plan

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return self.fleet.is_empty

    @property
    def is_saved(self) -> bool:
        """Whether it is as it was saved or opened last."""
        return self._place == self._saved

    @property
    def undo_words(self) -> str:
        """What would be undone; empty when nothing can be."""
        return self._steps[self._place].words if self._place else ""

    @property
    def redo_words(self) -> str:
        """What would be done again; empty when nothing can be."""
        return self._steps[self._place + 1].words if self._place + 1 < len(self._steps) else ""

    @property
    def survey_place(self) -> int | None:
        """Which survey is worked on; None where there is none."""
        count = len(self.fleet.surveys)
        return min(self._survey, count - 1) if count else None

    @property
    def survey(self) -> Survey | None:
        """The survey that is worked on."""
        place = self.survey_place
        return None if place is None else self.fleet.surveys[place]

    # ---- changing it ----

    def edit(self, plan: PlanFile, words: str) -> None:
        """Make the plan that is worked on another one.

        Args:
            plan: as it is from now on.
            words: what was done, for the undo button: "move item 3".
        """
        self.edit_fleet(self.fleet.with_plan(self.index, plan), words)

    def edit_fleet(self, fleet: FleetPlan, words: str, part: int | None = None) -> None:
        """Make all of it another one.

        Args:
            fleet: as it is from now on.
            words: what was done.
            part: index of the part that is worked on from now on; None for the same.
        """
        if fleet == self.fleet:
            return
        del self._steps[self._place + 1 :]
        if self._saved > self._place:
            self._saved = -1  # what was saved can't be come back to any more
        if part is not None:
            self._go_to(part)
        self._steps.append(_Step(fleet, words, self._part))
        self._place += 1
        self._tell()

    def work_on(self, part: int) -> None:
        """Work on another part; nothing to be undone."""
        if 0 <= part < len(self.fleet.parts) and part != self.index:
            self._go_to(part)
            self.revision += 1
            self.changed.emit()

    def work_on_survey(self, place: int) -> None:
        """Work on another survey: the map shows its corners."""
        if place != self._survey:
            self._survey = place
            self.revision += 1
            self.changed.emit()

    def _go_to(self, part: int) -> None:
        if part != self._part:
            self._part = part
            self.choose(())

    def edit_mission(self, items: tuple[PlanItem, ...], words: str) -> None:
        """Change the mission alone."""
        self.edit(replace(self.plan, mission=items), words)

    def edit_list(self, kind: PlanKind, items: tuple[PlanItem, ...], words: str) -> None:
        """Change one of the three lists alone."""
        self.edit(replace(self.plan, **{kind.value: items}), words)

    # ---- drawing ----

    def draw(self, drawing: Drawing) -> None:
        """Have something drawn on the map next."""
        self.drawing = drawing
        self.drawing_changed.emit()

    def take_drawn(self, corners: list[Place]) -> None:
        """A shape was drawn: one edit, or an area for who waits for one."""
        drawing = self.drawing
        if drawing.kind is PlanKind.MISSION:
            self.area_drawn.emit(drawing, corners)
            return
        words = self.tr("draw: {what}").format(what=QCoreApplication.translate("Drawing", drawing.value))
        self.edit_list(drawing.kind, drawn(self.plan.items(drawing.kind), drawing, corners), words)

    # ---- going back ----

    def undo(self) -> None:
        """Back to the state before the last edit."""
        if self._place:
            step = self._steps[self._place]
            self._place -= 1
            # what changes is to be seen
            self._go_to(min(step.part, len(self.fleet.parts) - 1))
            self._tell()

    def redo(self) -> None:
        """Forward again."""
        if self._place + 1 < len(self._steps):
            self._place += 1
            self._go_to(self._steps[self._place].part)
            self._tell()

    def _tell(self) -> None:
        self.revision += 1
        if self._access is not None:
            self._soon.start()
        self.changed.emit()

    def choose(self, numbers: Iterable[int]) -> None:
        """Choose items, for table, fields and map alike."""
        chosen = frozenset(numbers)
        if chosen != self.chosen:
            self.chosen = chosen
            self.chosen_changed.emit()

    # ---- items ----

    def set_item(self, number: int, item: PlanItem, words: str) -> None:
        """Put another item in the place of one, by its number from 1."""
        items = list(self.plan.mission)
        items[number - 1] = item
        self.edit_mission(tuple(items), words)

    def insert(self, number: int, item: PlanItem | tuple[PlanItem, ...], words: str) -> None:
        """Put an item, or several, in before the one with this number, from 1."""
        self.edit_mission(plan_edit.inserted(self.plan.mission, number, item), words)

    def remove(self, numbers: set[int], words: str) -> None:
        """Take items out, by their numbers from 1."""
        self.edit_mission(plan_edit.removed(self.plan.mission, numbers), words)

    def move(self, number: int, by: int, words: str) -> bool:
        """Exchange an item with the one before (-1) or after it (1); False at the end of the list."""
        other = number + by
        if not 1 <= other <= len(self.plan.mission):
            return False
        self.edit_mission(plan_edit.swapped(self.plan.mission, number, other), words)
        return True

    # ---- files ----

    def show_new(self, plan: PlanFile, path: Path | None) -> None:
        """Begin with another plan; what could be undone before is gone."""
        self._steps, self._place, self._saved, self.path = [_Step(FleetPlan().with_plan(0, plan), "", 0)], 0, 0, path
        self._go_to(0)
        self._tell()

    def remember_folder(self, name: str) -> None:
        """The next question for a file begins where the last one ended."""
        path = Path(name)
        self.folder = path if path.is_dir() else path.parent

    def begin_anew(self) -> None:
        """Nothing any more; what was there can be come back to, and its file is left alone."""
        self.path = None
        self.edit_fleet(FleetPlan(), self.tr("new plan"), part=0)

    def reader(self) -> Callable[[Path], FleetPlan] | None:
        """What reads a file, on a thread of tasks; None for a plan that lives in memory alone."""
        return self._access.read if self._access is not None else None

    def open(self, path: Path) -> None:
        """Read a file; what was there before can be come back to."""
        access = self._access
        if access is None:
            return

        def opened(ended: Ended[FleetPlan]) -> None:
            if ended.value is None:
                self.noticed.emit(ended.problem)
                return
            self.edit_fleet(ended.value, self.tr("open {name}").format(name=path.name), part=0)
            self.path, self._saved = path, self._place
            self.changed.emit()
            # somebody else's plan may be anywhere
            self.view_wanted.emit()
            if words := self._opened_words(path.name):
                self.noticed.emit(words)

        self._tasks.run_task(lambda _task: access.read(path), opened)

    def _opened_words(self, name: str) -> str:
        """What is to be said of a file that nobody can fly as it is; empty for a plan, which is seen in the table."""
        drawings = drawings_text(self.fleet)
        if drawings and not self.fleet.surveys and not any(one.plan.mission for one in self.fleet.parts):
            words = self.tr("{drawings} from {name}: choose Survey to lay lines.")
            return words.format(drawings=drawings, name=harmless(name))
        return self.tr("There is nothing to fly in {name}.").format(name=harmless(name)) if self.is_empty else ""

    def save(self, path: Path) -> None:
        """Write it to a file; one that holds a single plan takes the part that is worked on."""
        access, fleet, part, place = self._access, self.fleet, self.index, self._place
        if access is None:
            return
        is_whole = len(fleet.parts) == 1 or path.suffix.lower() == SUFFIX

        def saved(ended: Ended[None]) -> None:
            if ended.problem:
                self.noticed.emit(ended.problem)
                return
            if is_whole:
                self.path, self._saved = path, place
            else:
                self.noticed.emit(self.tr("The plan of one vehicle is in {name}.").format(name=path.name))
            self.changed.emit()
            self._soon.start()

        self._tasks.run_task(lambda _task: access.write(fleet, part, path), saved)

    def export(self, folder: Path) -> None:
        """Write a file for each part that has something in it."""
        access, fleet = self._access, self.fleet
        if access is None:
            return
        stem = self.path.stem if self.path is not None else "plan"

        def written(ended: Ended[int]) -> None:
            count = ended.value or 0
            words = counted("PlanDocument", "{count} plan is in {name}.", "{count} plans are in {name}.", count)
            words = words.format(count=count, name=folder.name)
            self.noticed.emit(ended.problem or words)

        self._tasks.run_task(lambda _task: access.write_parts(fleet, folder, stem), written)

    def restore_draft(self) -> None:
        """Bring back what was not saved when the window went away."""
        access = self._access
        if access is None:
            return

        def restored(ended: Ended[PlanDraft | None]) -> None:
            # whoever began meanwhile keeps what he has
            if ended.value is not None and self.is_empty and not self.undo_words:
                self.path = ended.value.file
                self.edit_fleet(ended.value.plan, self.tr("bring back what was not saved"))
                self.noticed.emit(self.tr("The plan that was not saved is back."))

        self._tasks.run_task(lambda _task: access.read_draft(access.draft), restored)

    def _save_draft(self) -> None:
        access = self._access
        draft = None if self.is_saved or self.is_empty else PlanDraft(self.fleet, self.path)
        if access is None:
            return

        def written(ended: Ended[None]) -> None:
            if ended.problem:
                self.noticed.emit(ended.problem)

        self._tasks.run_task(lambda _task: access.write_draft(draft, access.draft), written)
