# SPDX-License-Identifier: Apache-2.0
"""Files of the panel of parameters: opened as changes, saved, undone, described. GUI thread; disks on other threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleInfo, VehicleKey
from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.parameters.parameter import Parameter
from groundstation.fleet.parameters.parameter_files import ParameterFile
from groundstation.fleet.parameters.parameter_load import load_plan
from groundstation.fleet.parameters.write_log import WriteEntry
from groundstation.fleet.shown_text import harmless
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.parameters.param_form import sort_of
from groundstation.ui.parameters.param_port import ParamAccess
from groundstation.ui.task import Ended, Tasks

FILES = "Parameters (*.param *.parm *.params *.txt);;All files (*)"
SAVED = "Mission Planner (*.param);;QGroundControl (*.params);;MAVProxy (*.parm)"
METADATA = "Metadata (*.json *.xml *.xz *.gz);;All files (*)"
SHOWN = 5
"""Names that are told; the others as a number."""


Sets = dict[VehicleKey, tuple[Parameter, ...]]
"""All parameters of some vehicles, as they are known."""


class Whose(Protocol):
    """Whose files they are: what is opened becomes its changes."""

    @property
    def states(self) -> list[VehicleState]:
        """The vehicles that are shown."""

    @property
    def sets(self) -> Sets:
        """What is known of them."""

    @property
    def facts(self) -> Mapping[str, ParameterFacts]:
        """What metadata tells of them."""

    def notice(self, words: str, level: Level = Level.ADVISORY) -> None:
        """Tell the operator something."""

    def take_changes(self, wanted: Mapping[str, float], words: str) -> None:
        """Make changes of values from a file."""

    def forget_facts(self) -> None:
        """Look for metadata anew."""


class ParamFiles(QObject):
    """The menu of files of one panel."""

    def __init__(self, whose: Whose, parent: QWidget, access: ParamAccess | None) -> None:
        """Build the menu.

        Args:
            whose: the panel, as far as files know it.
            parent: Qt's.
            access: ways to disk; None for a window without.
        """
        super().__init__(parent)
        self._panel, self._parent, self._access = whose, parent, access
        self._tasks = Tasks("parameter-files", self.tr("parameters can't be read from disk"), self)
        self.menu = QMenu(parent)
        rows: tuple[tuple[str, str, Callable[[], None]], ...] = (
            ("open", self.tr("Open a file…"), lambda: self.open_file(with_own=False)),
            ("own", self.tr("Open a file, with calibration and identity…"), lambda: self.open_file(with_own=True)),
            ("save", self.tr("Save as…"), self.save_file),
            ("revert", self.tr("Undo the last writing…"), self.revert),
            ("facts", self.tr("Descriptions from a file…"), self.open_facts),
        )
        self.entries: dict[str, QAction] = {}
        for key, title, act in rows:
            action = QAction(title, self.menu)
            action.triggered.connect(lambda _=False, act=act: act())
            self.menu.addAction(action)
            self.entries[key] = action

    def enable(self, *, is_one: bool, is_known: bool, is_any: bool) -> None:
        """Show what can be done.

        Args:
            is_one: whether one vehicle alone is selected.
            is_known: whether something is known of those that are.
            is_any: whether any vehicle is selected.
        """
        can = {
            "open": is_known,
            "own": is_known,
            "save": is_one and is_known,
            "revert": is_one and is_known,
            "facts": is_any,
        }
        for key, action in self.entries.items():
            action.setEnabled(can[key] and self._access is not None)

    # ---- values from a file ----

    def open_file(self, *, with_own: bool) -> None:
        """Ask for a file, whose values become changes."""
        dialog = self._dialog(self.tr("Open parameters"), FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.take_file(Path(name), with_own=with_own))
        dialog.show()

    def take_file(self, path: Path, *, with_own: bool = False) -> None:
        """Make changes of what a file has otherwise; nothing is written by it.

        Args:
            path: of any program's file.
            with_own: whether what belongs to one airframe is taken too.
        """
        access = self._access
        if access is None:
            return

        def came(ended: Ended[ParameterFile]) -> None:
            if ended.value is not None:
                self._take(path.name, ended.value, with_own=with_own)
            elif ended.problem:
                self._panel.notice(ended.problem, Level.CAUTION)

        self._tasks.run_task(lambda _task: access.read(path), came)

    def _take(self, name: str, file: ParameterFile, *, with_own: bool) -> None:
        changes: dict[str, float] = {}
        left_out: set[str] = set()
        facts, sets = self._panel.facts, self._panel.sets
        sorts = {one.key: sort_of(one) for one in self._panel.states}
        for key, held in sets.items():
            plan = load_plan(held, file.parameters, is_rounded=file.is_rounded, with_own=with_own, facts=facts)
            # what only vehicles of another kind have is nothing that this one lacks
            theirs = {one.name for other, found in sets.items() if sorts[other] != sorts[key] for one in found}
            changes |= {row.name: row.wanted.value for row in plan.rows if row.now or row.name not in theirs}
            left_out |= {row.name for row in plan.left_out}
        self._panel.take_changes(changes, self.tr("open {name}").format(name=name))
        words = [self.tr("{name}: {count} differ.").format(name=name, count=len(changes))]
        if left_out:
            told = self.tr("Left out, of one airframe alone: {count} ({names}).")
            words.append(told.format(count=len(left_out), names=", ".join(sorted(left_out)[:SHOWN])))
        if file.refused:
            first = file.refused[0]
            told = self.tr("Lines that were not taken: {count}; line {line}: {why}")
            words.append(told.format(count=len(file.refused), line=first.line, why=harmless(first.reason)))
        self._panel.notice(" ".join(words), Level.CAUTION if file.refused else Level.ADVISORY)

    # ---- to a file ----

    def save_file(self) -> None:
        """Ask where to; what the vehicle has is written, changes are not in it."""
        found = self._one()
        if found is None:
            return
        key, parameters, info = found
        dialog = self._dialog(self.tr("Save parameters"), SAVED)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("param")
        dialog.selectFile(f"{key.id}.param")
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name), parameters, info))
        dialog.show()

    def save_to(self, path: Path, parameters: tuple[Parameter, ...], info: VehicleInfo | None) -> None:
        """Write parameters."""
        access = self._access
        if access is None:
            return

        def saved(ended: Ended[None]) -> None:
            words = ended.problem or self.tr("Written: {name}").format(name=path)
            self._panel.notice(words, Level.CAUTION if ended.problem else Level.ADVISORY)

        self._tasks.run_task(lambda _task: access.write(parameters, path, info), saved)

    def _one(self) -> tuple[VehicleKey, tuple[Parameter, ...], VehicleInfo | None] | None:
        """The one vehicle that is shown, where its parameters are known."""
        states, sets = self._panel.states, self._panel.sets
        if len(states) != 1 or states[0].key not in sets:
            return None
        return states[0].key, sets[states[0].key], states[0].info

    # ---- undoing ----

    def revert(self) -> None:
        """Make changes of what the last writing replaced; they are written as all others are."""
        access, found = self._access, self._one()
        if access is None or found is None:
            return
        key = found[0]

        def came(ended: Ended[WriteEntry | None]) -> None:
            if ended.problem:
                self._panel.notice(ended.problem, Level.CAUTION)
            elif ended.value is None:
                self._panel.notice(self.tr("Nothing was written that could be undone."))
            elif (now := self._one()) is not None and now[0] == key:
                self._take_back(now[1], ended.value)

        self._tasks.run_task(lambda _task: access.last_writing(key), came)

    def _take_back(self, held: tuple[Parameter, ...], entry: WriteEntry) -> None:
        plan = load_plan(held, entry.before, with_own=True)
        title = harmless(entry.title)
        wanted = {row.name: row.wanted.value for row in plan.rows}
        self._panel.take_changes(wanted, self.tr("undo {title}").format(title=title))
        words = self.tr("Undoes {title}: {count} to be written.")
        self._panel.notice(words.format(title=title, count=len(plan.rows)))

    # ---- metadata ----

    def open_facts(self) -> None:
        """Ask for a file that describes the parameters of this firmware."""
        info = next((one.info for one in self._panel.states if one.info is not None), None)
        if info is None:
            return
        dialog = self._dialog(self.tr("Descriptions of parameters"), METADATA)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.take_facts(Path(name), info))
        dialog.show()

    def take_facts(self, path: Path, info: VehicleInfo) -> None:
        """Keep a metadata file for a firmware, and use it."""
        access = self._access
        if access is None:
            return

        def kept(ended: Ended[Path]) -> None:
            if ended.problem:
                self._panel.notice(ended.problem, Level.CAUTION)
            else:
                self._panel.forget_facts()
                self._panel.notice(self.tr("Descriptions from {name} are used from now on.").format(name=path.name))

        self._tasks.run_task(lambda _task: access.keep_facts(path, info), kept)

    def _dialog(self, title: str, kinds: str) -> QFileDialog:
        dialog = QFileDialog(self._parent.window(), title)
        # the system's own dialog may hold the whole window, and with it the emergency keys
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setWindowModality(Qt.WindowModality.NonModal)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilter(kinds)
        return dialog
