# SPDX-License-Identifier: Apache-2.0
"""The language that is spoken at this moment, and which there are. GUI thread, but for what is said to be of any.

English stands in the sources; another language is a file of `resources/languages/`, found by its name (`tr.po`).
"""

from __future__ import annotations

import functools
import logging
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal
from PySide6.QtGui import QGuiApplication

from groundstation.ui.language import catalogue as files
from groundstation.ui.language.catalogue import Catalogue
from groundstation.ui.language.compiled import compiled, form_mark
from groundstation.ui.language.numerals import Numerals, numerals_of
from groundstation.ui.resources import resource

ENGLISH = "en"
SUFFIX = ".po"
_LOG = logging.getLogger(__name__)


class Speaking(QObject):
    """Which language is spoken."""

    changed = Signal()
    """Another one is; standing widgets have their texts in it already."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ENGLISH
        self.catalogue = Catalogue(language=ENGLISH, plurals="nplurals=2; plural=n != 1;")
        """Of the language; English has no entries."""
        self.numerals = Numerals()
        self.rule = self.catalogue.rule()
        self.counting: frozenset[tuple[str, str]] = frozenset()
        """Texts that have plural forms in it."""
        # kept referenced: one that Python dropped would take the language away with it, and Qt reads its bytes in place
        self._translators: list[QTranslator] = []
        self._compiled = b""

    def put_on(self, language: str) -> None:
        """Translate into this language from now on; English where it can't be read. See `switch.speak` for widgets."""
        found = _catalogue(language)
        self.language = ENGLISH if found is None else language
        self.catalogue = found or Catalogue(language=ENGLISH, plurals="nplurals=2; plural=n != 1;")
        self.rule = self.catalogue.rule()
        entries = self.catalogue.entries
        self.counting = frozenset(one.key for one in entries if one.plural and one.is_finished)
        locale = locale_of(self.language)
        self.numerals = numerals_of(QLocale.c() if found is None else locale)
        QLocale.setDefault(QLocale.c() if found is None else locale)
        for one in self._translators:
            QCoreApplication.removeTranslator(one)
            one.deleteLater()
        self._translators = []
        if found is not None:
            self._install(found, locale)
        # Qt writes it behind the titles of windows that are called otherwise
        QGuiApplication.setApplicationDisplayName(QCoreApplication.translate("MainWindow", "Ground station"))

    def _install(self, found: Catalogue, locale: QLocale) -> None:
        # Qt's own first, ours in front of it: the newest is asked first
        its_own, ours = QTranslator(self), QTranslator(self)
        if its_own.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            self._translators.append(its_own)
        self._compiled = compiled(found)
        if ours.load(self._compiled):
            self._translators.append(ours)
        for one in self._translators:
            QCoreApplication.installTranslator(one)


@functools.cache
def speaking() -> Speaking:
    """The one of this process."""
    return Speaking()


def counted(context: str, one: str, many: str, number: int) -> str:
    """A text that counts something, in the plural form that the language has for a number. Any thread.

    Args:
        context: of the text in the file of a language.
        one: the English text for one.
        many: for any other number.
        number: how many.

    Returns:
        The text; what is to be put in its braces is the caller's.
    """
    if (context, one) in speaking().counting:
        return QCoreApplication.translate(context, one, form_mark(speaking().rule(number)))
    return one if number == 1 else many


def language_files(folder: Path | None = None) -> dict[str, Path]:
    """Files by language; English has none."""
    where = folder or resource("languages")
    return {path.stem: path for path in sorted(where.glob(f"*{SUFFIX}"))}


def languages() -> dict[str, str]:
    """All that there are, by what they are called in themselves; English first."""
    return {ENGLISH: "English"} | {language: _name(language) for language in language_files()}


def system_language() -> str:
    """What this computer speaks, if there is a file of it; else English."""
    there = languages()
    for tag in QLocale.system().uiLanguages():
        whole = tag.replace("-", "_")
        found = next((one for one in (whole, whole.partition("_")[0]) if one in there), None)
        if found is not None:
            return found
    return ENGLISH


def locale_of(language: str) -> QLocale:
    """How numbers and dates are written in a language: as this computer is set where that speaks it too."""
    system, own = QLocale.system(), QLocale(language)
    return system if system.language() == own.language() and system.language() != QLocale.Language.C else own


def _name(language: str) -> str:
    locale = QLocale(language)
    told = locale.nativeLanguageName() if locale.language() != QLocale.Language.C else ""
    name = told or _told_name(language) or language
    # Qt has some in small letters, as their own sentences have them; in a menu they begin a line
    return locale.toUpper(name[:1]) + name[1:]


def _told_name(language: str) -> str:
    """What a file says of a language that Qt does not know."""
    found = _catalogue(language)
    return found.name if found is not None else ""


def _catalogue(language: str) -> Catalogue | None:
    path = language_files().get(language)
    if path is None:
        return None
    try:
        return _read(path, path.stat().st_mtime_ns)
    # a file that somebody has dropped there; the window opens whatever stands in it
    except (OSError, ValueError, RecursionError) as error:
        _LOG.warning("the language %s can't be read: %s", path, error)
        return None


@functools.lru_cache(maxsize=4)
def _read(path: Path, changed_ns: int) -> Catalogue:
    """A file as it was changed last; who switches to and fro reads it once."""
    del changed_ns
    found = files.read(path.read_text(encoding="utf-8"))
    found.rule()
    return found
