# SPDX-License-Identifier: Apache-2.0
"""Standing widgets in another language: the texts that they were made with, looked up backwards. GUI thread.

A widget does not know which text of the sources it shows; the file of a language knows which sources each text is of.
So a widget's text is looked for among the texts of the files that made the widget and those around it, as the language
before had them, and given anew. What is found in none of them came from outside, and stays as it is.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from pathlib import PurePath

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSpinBox,
    QTabBar,
    QTableWidget,
    QTextEdit,
    QTreeWidget,
    QWidget,
)

from groundstation.ui.language.catalogue import Catalogue, Entry
from groundstation.ui.language.letters import capital

EVERYWHERE = (
    "groundstation/ui/panels.py",
    "groundstation/ui/commanding/words.py",
    "groundstation/ui/commanding/desk.py",
    "groundstation/ui/orders.py",
    "groundstation/ui/docks.py",
    "groundstation/ui/choosing/query_bar.py",
    "groundstation/ui/choosing/roll_up_strip.py",
    "groundstation/fleet/english.py",
    "groundstation/fleet/verbs.py",
)
"""Files whose words are shown by widgets of other files."""
JOINTS = tuple(
    re.compile(f"({joint})")
    for joint in ("\n", " {2,}", " · ", " \N{EM DASH} ", r" \([^()]*\)$", "[.] ", "; ", ": ", ", ", "[.]$", r" \d+$")
)
"""Where texts are put together of several; what parts larger pieces comes first."""
LEAST_LETTERS = 3
"""A template with fewer of its own fits nearly anything."""
DEPTH = 4
"""A text may hold another one, and that another one."""

_TEXTS: tuple[tuple[type[QObject], tuple[tuple[str, str], ...]], ...] = (
    (QLabel, (("text", "setText"),)),
    (QAbstractButton, (("text", "setText"),)),
    (QLineEdit, (("placeholderText", "setPlaceholderText"),)),
    (QPlainTextEdit, (("placeholderText", "setPlaceholderText"),)),
    (QTextEdit, (("placeholderText", "setPlaceholderText"),)),
    (QGroupBox, (("title", "setTitle"),)),
    (QMenu, (("title", "setTitle"),)),
    (QAbstractSpinBox, (("specialValueText", "setSpecialValueText"),)),
    (QSpinBox, (("prefix", "setPrefix"), ("suffix", "setSuffix"))),
    (QDoubleSpinBox, (("prefix", "setPrefix"), ("suffix", "setSuffix"))),
    (
        QWidget,
        (
            ("windowTitle", "setWindowTitle"),
            ("toolTip", "setToolTip"),
            ("statusTip", "setStatusTip"),
            ("accessibleName", "setAccessibleName"),
            ("accessibleDescription", "setAccessibleDescription"),
        ),
    ),
    (QAction, (("text", "setText"), ("toolTip", "setToolTip"), ("statusTip", "setStatusTip"))),
)
"""What holds a text, how it is read and given."""


class Renewal:
    """One change of language."""

    def __init__(self, before: Catalogue, after: Catalogue) -> None:
        """Learn which texts there are.

        Args:
            before: the language that was spoken; English has no entries.
            after: the one that is.
        """
        had = {entry.key: entry for entry in before.entries}
        has = {entry.key: entry for entry in after.entries}
        self._by_file: dict[str, _Texts] = {}
        # English has no file of its own: its texts are the sources that the other language knows
        for entry in before.entries or after.entries:
            for file in entry.files:
                self._by_file.setdefault(file, _Texts()).add(entry, had.get(entry.key), has.get(entry.key))
        self._by_folder: dict[str, list[str]] = {}
        for file in self._by_file:
            self._by_folder.setdefault(str(PurePath(file).parent), []).append(file)
        self._scopes: dict[tuple[type, ...], _Scope] = {}
        self._files: dict[type, tuple[str, ...]] = {}
        self._done: set[int] = set()

    def renew(self, widget: QWidget) -> None:
        """Give a widget, and what belongs to it, its texts in the new language."""
        scope = self._scope(widget)
        self._renew(widget, scope)
        own = widget.findChildren(QAction, options=Qt.FindChildOption.FindDirectChildrenOnly)
        for action in (*widget.actions(), *own):
            if id(action) not in self._done:
                self._done.add(id(action))
                self._renew(action, scope)
        for kind, renew in _PARTS:
            if isinstance(widget, kind):
                renew(widget, scope.text)

    @staticmethod
    def _renew(holder: QWidget | QAction, scope: _Scope) -> None:
        # Qt makes a tip of an action's text where it has none of its own: given one, it would keep that for ever
        made_tip = holder.text().replace("&", "").removesuffix("...") if isinstance(holder, QAction) else None
        for kind, ways in _TEXTS:
            if isinstance(holder, kind):
                for read, give in ways:
                    text = getattr(holder, read)()
                    if read == "toolTip" and made_tip is not None and text in (made_tip, made_tip.strip()):
                        continue
                    told = scope.text(text) if text else text
                    if told != text:
                        getattr(holder, give)(told)

    def _scope(self, widget: QWidget) -> _Scope:
        """Texts of the files that made it, and of those around it, the nearest first."""
        kinds: list[type] = []
        holder: QObject | None = widget
        while holder is not None:
            kinds.append(type(holder))
            holder = holder.parent()
        key = tuple(dict.fromkeys(kind for kind in kinds if kind.__module__.startswith("groundstation.")))
        if key not in self._scopes:
            files = [*(file for kind in key for file in self._of_class(kind)), *EVERYWHERE]
            self._scopes[key] = _Scope([self._by_file[one] for one in dict.fromkeys(files) if one in self._by_file])
        return self._scopes[key]

    def _of_class(self, kind: type) -> tuple[str, ...]:
        """The file of a class, then its folder."""
        if kind not in self._files:
            made = [one.__module__ for one in inspect.getmro(kind) if one.__module__.startswith("groundstation.")]
            own = [f"{module.replace('.', '/')}.py" for module in made]
            beside = [file for one in own for file in self._by_folder.get(str(PurePath(one).parent), ())]
            self._files[kind] = (*own, *beside)
        return self._files[kind]


class _Scope:
    """All texts that a widget may show; the first file that has one is meant."""

    def __init__(self, texts: list[_Texts]) -> None:
        self._exact: dict[str, str] = {}
        for one in reversed(texts):
            self._exact |= one.exact
        self._templates = [template for one in texts for template in one.templates]
        self._known: dict[str, str | None] = {}

    def text(self, text: str) -> str:
        """A text in the new language; as it is where it is none of ours."""
        return self._found(text, 0) or text

    def _found(self, text: str, depth: int) -> str | None:
        """The same; None where nothing of it is ours."""
        if text not in self._known:
            self._known[text] = self._look(text, depth) if _has_letters(text) and depth <= DEPTH else None
        return self._known[text]

    def _look(self, text: str, depth: int) -> str | None:
        bare = text.strip()
        for one, spelled in ((bare, str), (bare[:1].lower() + bare[1:], capital)):
            # a word of a table may begin a line
            if one in self._exact:
                return text.replace(bare, spelled(self._exact[one]))
        joined = self._joined(text, depth, is_whole=True)
        # of several whole texts each is surer than one with room for anything
        if joined is not None:
            return joined

        def renew(part: str) -> str:
            return self._found(part, depth + 1) or part

        filled = next((found for one in self._templates if (found := one.filled(text, renew)) is not None), None)
        return filled if filled is not None else self._joined(text, depth, is_whole=False)

    def _joined(self, text: str, depth: int, *, is_whole: bool) -> str | None:
        """A text put together of several: of whole texts alone, or with what is none of ours between them."""
        for joint in JOINTS:
            parts = joint.split(text)
            if len(parts) < 2:
                continue
            told = [self._found(part, depth + 1) for part in parts]
            pairs = list(zip(told, parts, strict=True))
            is_ours = all(one is not None or not _has_letters(part) for one, part in pairs)
            if is_ours or (not is_whole and any(one is not None for one in told)):
                return "".join(one if one is not None else part for one, part in pairs)
        return None


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


class _Template:
    """A text with room for others, and its translation."""

    def __init__(self, text: str, told: str) -> None:
        self._text, self._told = text, told
        literals = _FIELD.split(text)[::2]
        self.letters = sum(map(str.isalpha, "".join(literals)))
        """How sure it is to be meant."""
        # most texts are none of this template, and to look for a part of it is fast
        self._part = max(literals, key=len)
        self._pattern: re.Pattern[str] | None = None

    def filled(self, text: str, renew: Callable[[str], str]) -> str | None:
        """The translation, with what was filled in; None for any other text."""
        if self._part not in text:
            return None
        if self._pattern is None:
            self._pattern = _pattern(self._text)
        match = self._pattern.fullmatch(text)
        if match is None:
            return None
        return _refilled(self._told, {name: renew(part) for name, part in match.groupdict().items()})


class _Texts:
    """What the texts of one file were before, and are now."""

    def __init__(self) -> None:
        self.exact: dict[str, str] = {}
        """Those that have nothing to be filled in."""
        self._templates: list[_Template] = []

    def add(self, entry: Entry, before: Entry | None, after: Entry | None) -> None:
        """Know one more, as two languages have it."""
        now = _forms(entry, after)
        for number, text in enumerate(_forms(entry, before)):
            told = now[min(number, len(now) - 1)]
            if "{" not in text:
                self.exact.setdefault(text, told)
                continue
            template = _Template(text, told)
            if template.letters >= LEAST_LETTERS:
                self._templates.append(template)

    @functools.cached_property
    def templates(self) -> list[_Template]:
        """Those that were filled in, once all are known; the longest that fits is meant."""
        return sorted(self._templates, key=lambda one: -one.letters)


_FIELD = re.compile(r"\{(\w*)(?:!\w)?(?::[^{}]*)?\}")


def _group(name: str) -> str:
    return f"f{name}"


def _refilled(template: str, parts: dict[str, str]) -> str:
    return _FIELD.sub(lambda field: parts.get(_group(field[1]), field[0]), template)


def _pattern(template: str) -> re.Pattern[str]:
    """What finds the parts of a text that a template was filled in for."""
    # what a template leaves out where it is not known is looked for as if it were there
    parts, seen, end = [], set(), 0
    for field in _FIELD.finditer(template):
        parts.append(re.escape(template[end : field.start()]))
        name = _group(field[1])
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
        seen.add(name)
        end = field.end()
    return re.compile("".join((*parts, re.escape(template[end:]))), re.DOTALL)


def _forms(entry: Entry, told: Entry | None) -> tuple[str, ...]:
    """The text of an entry in a language; English where that has none."""
    if told is not None and told.is_finished:
        return told.translations
    return (entry.source, entry.plural) if entry.plural else (entry.source,)


# ---- what has several texts ----

Give = Callable[[str], str]


def _combo(box: QComboBox, give: Give) -> None:
    box.setPlaceholderText(give(box.placeholderText()))
    if box.isEditable():
        # what can be typed is the operator's, or came from outside
        return
    for number in range(box.count()):
        text = box.itemText(number)
        told = give(text)
        if told != text:
            box.setItemText(number, told)
    policy = box.sizeAdjustPolicy()
    if policy is QComboBox.SizeAdjustPolicy.AdjustToContentsOnFirstShow:
        # its width was that of the words at its first show
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setSizeAdjustPolicy(policy)


def _tabs(bar: QTabBar, give: Give) -> None:
    for number in range(bar.count()):
        bar.setTabText(number, give(bar.tabText(number)))
        bar.setTabToolTip(number, give(bar.tabToolTip(number)))


def _tree(tree: QTreeWidget, give: Give) -> None:
    header = tree.headerItem()
    for column in range(tree.columnCount()):
        header.setText(column, give(header.text(column)))
        header.setToolTip(column, give(header.toolTip(column)))


def _table(table: QTableWidget, give: Give) -> None:
    for column in range(table.columnCount()):
        item = table.horizontalHeaderItem(column)
        if item is not None:
            item.setText(give(item.text()))
            item.setToolTip(give(item.toolTip()))


_PARTS: tuple[tuple[type[QWidget], Callable[..., None]], ...] = (
    (QComboBox, _combo),
    (QTabBar, _tabs),
    (QTreeWidget, _tree),
    (QTableWidget, _table),
)
