# SPDX-License-Identifier: Apache-2.0
"""Brings the files of languages up to date with the sources: `make languages`.

    .venv/bin/python packaging/languages.py [--check]

New texts are added as unfinished, texts that are gone are taken out, translations stay. With `--check` nothing is
written, and what would change is told.

Texts are found in two ways: as literals in calls of `tr` and its like, by Python's own `ast`; and in tables, which are
named in `TABLES` below, since a call there has no literal. A call that has neither is told, and fails a test.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from language_tables import TABLES

from groundstation.ui.language import catalogue as files
from groundstation.ui.language.catalogue import Catalogue, Entry

TOP = Path(__file__).resolve().parents[1]
FOLDER = TOP / "resources" / "languages"
ROOMS = ("groundstation/ui", "groundstation/app")


class Found(NamedTuple):
    """A text of the sources."""

    context: str
    source: str
    plural: str = ""
    note: str = ""


# ---- literals ----


class _Functions(ast.NodeVisitor):
    """Functions of a module that translate, by name, with their contexts."""

    def __init__(self) -> None:
        self.contexts: dict[str, str] = {}
        self.constants: dict[str, str] = {}

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            self.constants |= {one.id: node.value.value for one in node.targets if isinstance(one, ast.Name)}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        last = node.body[-1]
        call = last.value if isinstance(last, ast.Return) else None
        if isinstance(call, ast.Call) and _name(call.func) == "translate" and len(node.args.args) == 1:
            context, text = call.args[:2]
            if isinstance(text, ast.Name) and text.id == node.args.args[0].arg:
                self.contexts[node.name] = self._text(context)
        self.generic_visit(node)

    def _text(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant):
            return str(node.value)
        return self.constants.get(node.id, "") if isinstance(node, ast.Name) else ""


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


class _Calls(ast.NodeVisitor):
    """Texts in calls of a module."""

    def __init__(self, file: str, contexts: dict[str, str], constants: dict[str, str]) -> None:
        self._file, self._contexts, self._constants = file, contexts, constants
        self._class = [""]
        self.found: list[Found] = []
        self.open: list[str] = []
        """Calls without a literal: `file:expression`."""

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._class.append(node.name)
        self.generic_visit(node)
        self._class.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        # one that only hands its argument on is looked at where it is called
        if node.name not in self._contexts:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = _name(node.func)
        if isinstance(node.func, ast.Attribute) and name == "tr" and _name(node.func.value) == "self":
            self._take(self._class[-1], node.args[0])
        elif isinstance(node.func, ast.Name) and name in self._contexts:
            self._take(self._contexts[name], node.args[0])
        elif name in ("translate", "QT_TRANSLATE_NOOP") and len(node.args) >= 2 and self._is_text(node.args[0]):
            self._take(self._context(node.args[0]), node.args[1])
        elif name == "counted" and len(node.args) == 4:
            one, many = (self._texts(part) for part in node.args[1:3])
            self.found += [Found(self._context(node.args[0]), *pair) for pair in zip(one, many, strict=True)]

    def _is_text(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in self._constants)

    def _context(self, node: ast.expr) -> str:
        return str(node.value) if isinstance(node, ast.Constant) else self._constants.get(_name(node), "")

    def _take(self, context: str, node: ast.expr) -> None:
        texts = self._texts(node)
        if not texts:
            self.open.append(f"{self._file}:{ast.unparse(node)}")
        self.found += [Found(context, text) for text in texts]

    def _texts(self, node: ast.expr) -> list[str]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value]
        if isinstance(node, ast.IfExp):
            branches = [self._texts(one) for one in (node.body, node.orelse)]
            return [text for one in branches for text in one] if all(branches) else []
        return [self._constants[node.id]] if isinstance(node, ast.Name) and node.id in self._constants else []


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((TOP / room).rglob("*.py")):
            yield path.relative_to(TOP).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def literals() -> tuple[dict[Found, list[str]], list[str]]:
    """Texts of calls with the files that they are in; and calls without a literal."""
    modules = dict(_modules())
    told: dict[str, _Functions] = {}
    for file, module in modules.items():
        told[file] = _Functions()
        told[file].visit(module)
    found: dict[Found, list[str]] = {}
    unknown: list[str] = []
    for file, module in modules.items():
        contexts, constants = dict(told[file].contexts), dict(told[file].constants)
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom) and node.module:
                other = told.get(node.module.replace(".", "/") + ".py")
                for one in node.names if other is not None else ():
                    if one.name in other.contexts:
                        contexts[one.asname or one.name] = other.contexts[one.name]
                    if one.name in other.constants:
                        constants[one.asname or one.name] = other.constants[one.name]
        calls = _Calls(file, contexts, constants)
        calls.visit(module)
        for one in calls.found:
            places = found.setdefault(one, [])
            if file not in places:
                places.append(file)
        unknown += calls.open
    return found, unknown


# ---- files ----


def sources() -> tuple[Entry, ...]:
    """Every text of the sources, as an entry without a translation, those of one file together."""
    found, _ = literals()
    for table in TABLES:
        for text in table.texts():
            if any(letter.isalpha() for letter in text):
                places = found.setdefault(Found(table.context, text), [])
                places += [table.file] if table.file not in places else []
    entries = [Entry(context=one.context, source=one.source, plural=one.plural, files=tuple(sorted(places)))
               for one, places in found.items()]  # fmt: skip
    counted = {entry.key for entry in entries if entry.plural}
    return tuple(
        sorted(
            # a text that counts in one place may not stand plain in another: the file has one of it
            (entry for entry in entries if entry.plural or entry.key not in counted),
            key=lambda entry: (entry.files[0], entry.context, entry.source),
        )
    )


def unnamed() -> list[str]:
    """Calls that have neither a literal nor a table."""
    known = {f"groundstation/ui/{one}" for table in TABLES for one in table.used}
    return sorted({one for one in literals()[1] if one not in known})


def renewed(catalogue: Catalogue, entries: tuple[Entry, ...]) -> Catalogue:
    """A language with the texts of the sources as they are now."""
    had = {entry.key: entry for entry in catalogue.entries}

    def kept(entry: Entry) -> Entry:
        old = had.get(entry.key)
        if old is None or bool(old.plural) != bool(entry.plural):
            return entry
        return msgspec.structs.replace(entry, translations=old.translations, is_fuzzy=old.is_fuzzy, note=old.note)

    return msgspec.structs.replace(catalogue, entries=tuple(kept(one) for one in entries))


def main(*, is_check: bool = False) -> int:
    """Bring all files up to date; returns how many were not."""
    for one in unnamed():
        print(f"neither a literal nor in a table: {one}")
    entries, stale = sources(), 0
    for path in sorted(FOLDER.glob("*.po")):
        before = path.read_text(encoding="utf-8")
        catalogue = renewed(files.read(before), entries)
        after = files.written(catalogue)
        stale += after != before
        left = [one for one in catalogue.entries if not one.is_finished]
        print(f"{path.name}: {len(catalogue.entries)} texts, {len(left)} to translate")
        if not is_check:
            path.write_text(after, encoding="utf-8")
    return stale


if __name__ == "__main__":
    is_asked = "--check" in sys.argv[1:]
    stale_files = main(is_check=is_asked)
    sys.exit(1 if is_asked and stale_files else 0)
