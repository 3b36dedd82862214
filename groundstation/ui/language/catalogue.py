# SPDX-License-Identifier: Apache-2.0
"""A language as a file: gettext's .po, read and written. Pure.

Of the format (GNU gettext manual, "PO Files") what translators' tools write: contexts, plurals, flags, references.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator

import msgspec

FUZZY = "fuzzy"
"""Flag of a translation that somebody has to look at."""
ONE_FORM = "nplurals=1; plural=0;"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One text of the sources, and what it is in the language."""

    context: str
    """As Qt's: name of a class, or of a subject."""
    source: str
    plural: str = ""
    """The source for many; empty for a text that counts nothing."""
    translations: tuple[str, ...] = ()
    """One, or one for each plural form; empty where there is none yet."""
    files: tuple[str, ...] = ()
    """Of the sources, from the top of the checkout."""
    note: str = ""
    """For translators."""
    is_fuzzy: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What it is found by."""
        return self.context, self.source

    @property
    def is_finished(self) -> bool:
        """Whether it is translated, and nobody doubts it."""
        return bool(self.translations) and all(self.translations) and not self.is_fuzzy


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """A language."""

    language: str
    """As of BCP 47 or Qt: `tr`, `pt_BR`."""
    name: str = ""
    """Of the language in itself; empty where Qt knows it."""
    plurals: str = ONE_FORM
    """Header `Plural-Forms`."""
    entries: tuple[Entry, ...] = ()
    top: str = ""
    """Comment above everything."""

    @property
    def forms(self) -> int:
        """How many plural forms there are."""
        found = re.search(r"nplurals\s*=\s*(\d+)", self.plurals)
        return int(found[1]) if found else 1

    def rule(self) -> Callable[[int], int]:
        """Which form a number has.

        Raises:
            ValueError: the header is no rule.
        """
        found = re.search(r"plural\s*=\s*([^;]+)", self.plurals)
        # the standard library's reader of the same expression; it runs nothing but arithmetic
        reckon: Callable[[int], int] = gettext.c2py(found[1] if found else "0")
        return lambda number: min(max(int(reckon(number)), 0), self.forms - 1)


def read(text: str) -> Catalogue:
    """A catalogue from what stands in a file.

    Raises:
        ValueError: it is no such file; tells the line.
    """
    entries, header, top = [], {}, ""
    for lines in _blocks(text):
        block = _Block(lines)
        if block.texts.get("msgid") == "" and "msgctxt" not in block.texts:
            header = dict(_header(block.texts.get("msgstr", "")))
            top = "\n".join(block.notes)
        elif "msgid" in block.texts:
            entries.append(block.entry())
    return Catalogue(
        language=header.get("Language", ""),
        name=header.get("X-Language-Name", ""),
        plurals=header.get("Plural-Forms", ONE_FORM),
        entries=tuple(entries),
        top=top,
    )


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    found: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.strip()
        if not bare and found:
            yield found
            found = []
        # `#~` is what somebody's tool keeps of texts that are gone
        elif bare and not bare.startswith("#~"):
            found.append((number, bare))
    if found:
        yield found


def _header(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


class _Block:
    """The lines of one entry."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self.texts: dict[str, str] = {}
        self.notes: list[str] = []
        self._files: list[str] = []
        self._flags: set[str] = set()
        keyword = ""
        for number, line in lines:
            if line.startswith("#"):
                self._comment(line)
                continue
            match = re.fullmatch(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?"(.*)"', line)
            if match is None or not (match[1] or keyword):
                raise ValueError(f"line {number} is none of a .po file: {line[:60]}")
            keyword = match[1] or keyword
            self.texts[keyword] = self.texts.get(keyword, "") + _unescaped(match[2])

    def _comment(self, line: str) -> None:
        if line.startswith("#:"):
            self._files += line[2:].split()
        elif line.startswith("#,"):
            self._flags |= {one.strip() for one in line[2:].split(",")}
        elif line.startswith("#."):
            self.notes.append(line[2:].strip())
        elif not line.startswith("#|"):
            self.notes.append(line[1:].strip())

    def entry(self) -> Entry:
        plural = self.texts.get("msgid_plural", "")
        told = [text for name, text in sorted(self.texts.items()) if name.startswith("msgstr")]
        return Entry(
            context=self.texts.get("msgctxt", ""),
            source=self.texts["msgid"],
            plural=plural,
            translations=tuple(told) if any(told) else (),
            files=tuple(self._files),
            note=" ".join(self.notes),
            is_fuzzy=FUZZY in self._flags,
        )


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text)


def _quoted(text: str) -> str:
    for sign, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(sign, escape)
    return f'"{text}"'


def written(catalogue: Catalogue) -> str:
    """The file of a catalogue: what `read` reads, one line a text, so that a change is a line of a diff."""
    header = [
        f"Language: {catalogue.language}",
        *([f"X-Language-Name: {catalogue.name}"] if catalogue.name else []),
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plurals}",
    ]
    top = [f"# {line}".rstrip() for line in catalogue.top.splitlines()]
    lines = [*top, 'msgid ""', 'msgstr ""', *(_quoted(f"{line}\n") for line in header)]
    for entry in catalogue.entries:
        lines += ["", *_lines(entry, catalogue.forms)]
    return "\n".join(lines) + "\n"


def _lines(entry: Entry, forms: int) -> Iterator[str]:
    if entry.note:
        yield f"#. {entry.note}"
    if entry.files:
        yield "#: " + " ".join(entry.files)
    if entry.is_fuzzy:
        yield f"#, {FUZZY}"
    yield f"msgctxt {_quoted(entry.context)}"
    yield f"msgid {_quoted(entry.source)}"
    if not entry.plural:
        yield f"msgstr {_quoted(entry.translations[0] if entry.translations else '')}"
        return
    yield f"msgid_plural {_quoted(entry.plural)}"
    for number in range(forms):
        text = entry.translations[number] if number < len(entry.translations) else ""
        yield f"msgstr[{number}] {_quoted(text)}"
