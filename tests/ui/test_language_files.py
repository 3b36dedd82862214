# SPDX-License-Identifier: Apache-2.0
"""A language is one file, complete and up to date; another one is another file."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from groundstation.ui.language import speaking as module
from groundstation.ui.language.catalogue import Catalogue, Entry, read, written
from groundstation.ui.language.compiled import compiled
from groundstation.ui.language.speaking import counted, language_files, languages, speaking
from tests.support.language_script import PACKAGING, language_script

FIELD = re.compile(r"\{[^{}]*\}")
UNIT = re.compile(r"\}(?:°| ?(?:km|m/s|m|s|min|h|ha|cm/px|MB|kB/s|ms|B)\b)")
POLISH = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"


@pytest.fixture(scope="module")
def script():
    return language_script()


@pytest.fixture(scope="module")
def turkish():
    return read(language_files()["tr"].read_text(encoding="utf-8"))


@pytest.fixture
def dropped(tmp_path, monkeypatch, app):
    """Languages are looked for in an empty folder; English again at the end."""
    monkeypatch.setattr(module, "resource", lambda name: tmp_path)
    yield tmp_path
    speaking().put_on("en")


def entry(source, *translations, plural="", context="A", **more):
    return Entry(context=context, source=source, plural=plural, translations=translations, **more)


# ---- the file ----


def test_a_file_that_is_written_is_read_as_it_was():
    whole = Catalogue(
        language="pl",
        name="Polski",
        plurals=POLISH,
        top="Of somebody",
        entries=(
            entry('a "quote"\nand\ta\\tab', 'jeden "cytat"\n\t\\', files=("a.py", "b.py"), note="on a button"),
            entry("{n} row", "{n} wiersz", "{n} wiersze", "{n} wierszy", plural="{n} rows"),
            entry("nothing yet"),
            entry("guessed", "zgadnięte", is_fuzzy=True),
        ),
    )
    assert read(written(whole)) == whole


def test_what_other_tools_write_is_understood():
    text = (
        '#, fuzzy\nmsgid ""\nmsgstr ""\n"Language: tr\\n"\n\n# of a person\n#| msgid "old"\n#: a.py b.py\n'
        '#, python-format, fuzzy\nmsgctxt "A"\nmsgid ""\n"two "\n"lines"\nmsgstr "iki "\n"satır"\n\n'
        '#~ msgid "gone"\n#~ msgstr "gitti"\n'
    )
    [found] = read(text).entries
    assert (found.source, found.translations, found.files) == ("two lines", ("iki satır",), ("a.py", "b.py"))
    assert found.is_fuzzy
    assert not found.is_finished
    assert found.note == "of a person"


@pytest.mark.parametrize("line", ["msgstr nothing", '"alone"', "hello"])
def test_a_damaged_file_tells_its_line(line):
    with pytest.raises(ValueError, match="line 3"):
        read(f'\n\n{line}\n\nmsgid "b"\nmsgstr "c"\n')


def test_a_rule_of_plurals_is_arithmetic_alone():
    rule = Catalogue(language="pl", plurals=POLISH).rule()
    assert [rule(number) for number in (1, 2, 4, 5, 12, 22, 25)] == [0, 1, 1, 2, 2, 1, 2]
    with pytest.raises(ValueError, match="plural"):
        Catalogue(language="xx", plurals="nplurals=2; plural=__import__('os');").rule()


def test_qt_finds_what_is_finished_and_nothing_else(app):
    told = compiled(
        Catalogue(
            language="tr",
            entries=(
                entry("Hold", "Bekle"),
                entry("Hold", "Tut", context="B"),
                entry("Land"),
                entry("Go", "Git", is_fuzzy=True),
            ),
        )
    )
    translator = QTranslator()
    assert translator.load(told)
    assert (translator.translate("A", "Hold"), translator.translate("B", "Hold")) == ("Bekle", "Tut")
    assert not translator.translate("A", "Land")
    assert not translator.translate("A", "Go")
    assert not translator.translate("C", "Hold")


# ---- Turkish ----


def test_every_text_has_a_finished_turkish_translation(script, turkish):
    known = {one.key: one for one in turkish.entries}
    missing = [one.key for one in script.sources() if one.key not in known or not known[one.key].is_finished]
    assert not missing, f"run `make languages` and translate {missing[:10]}"


def test_no_turkish_text_is_of_a_source_that_is_gone(script):
    before = language_files()["tr"].read_text(encoding="utf-8")
    assert written(script.renewed(read(before), script.sources())) == before, "run `make languages`"


def test_every_call_has_a_literal_or_a_table(script):
    assert not script.unnamed()


def test_what_is_filled_in_and_units_are_those_of_the_source(turkish):
    for one in turkish.entries:
        for told in one.translations:
            assert sorted(FIELD.findall(told)) == sorted(FIELD.findall(one.plural or one.source)), one.key
            units = [sorted(found.replace(" ", "") for found in UNIT.findall(text)) for text in (one.source, told)]
            assert units[0] == units[1], one.key
            assert told.count("%") == one.source.count("%"), one.key
            assert told.count("[") == one.source.count("["), one.key


def test_keys_of_menus_dots_and_spaces_are_those_of_the_source(turkish):
    for one in turkish.entries:
        for told in one.translations:
            assert told.count("&") == one.source.count("&"), one.key
            assert told.endswith("…") == one.source.endswith("…"), one.key
            assert told[: len(told) - len(told.lstrip())] == one.source[: len(one.source) - len(one.source.lstrip())]
            assert told.count("\n") == one.source.count("\n"), one.key


def test_no_two_menus_of_the_bar_have_one_key(turkish):
    known = {one.key: one for one in turkish.entries}
    bar = ("&View", "&Sensors", "&Plan", "&Operators")
    titles = [known["Panels", one].translations[0] for one in bar]
    titles += [known["MainWindow", one].translations[0] for one in ("&File", "&Help")]
    titles.append(known["CommandsMenu", "&Commands"].translations[0])
    keys = [title[title.index("&") + 1].casefold() for title in titles]
    assert len(set(keys)) == len(keys), titles


def test_the_script_tells_what_is_stale_and_writes_nothing(tmp_path, script, monkeypatch):
    path = tmp_path / "tr.po"
    path.write_text(written(Catalogue(language="tr", entries=(entry("gone", "gitti"),))), encoding="utf-8")
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    before = path.read_bytes()
    assert script.main(is_check=True) == 1
    assert path.read_bytes() == before
    assert script.main() == 1
    found = read(path.read_text(encoding="utf-8"))
    assert ("A", "gone") not in {one.key for one in found.entries}
    assert len(found.entries) > 2_000
    assert not any(one.is_finished for one in found.entries)
    assert script.main(is_check=True) == 0


def test_the_script_runs_alone():
    done = subprocess.run(
        [sys.executable, str(PACKAGING / "languages.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 to translate" in done.stdout


# ---- others ----


def test_a_third_language_is_one_file(dropped):
    made = Catalogue(language="pl", plurals=POLISH, entries=(
        entry("Hold", "Zawiśnij", context="Commanding"),
        entry("{n} row", "{n} wiersz", "{n} wiersze", "{n} wierszy", plural="{n} rows"),
    ))  # fmt: skip
    (dropped / "pl.po").write_text(written(made), encoding="utf-8")
    assert languages() == {"en": "English", "pl": "Polski"}
    speaking().put_on("pl")
    assert QCoreApplication.translate("Commanding", "Hold") == "Zawiśnij"
    assert QCoreApplication.translate("Commanding", "Land") == "Land"
    told = [counted("A", "{n} row", "{n} rows", number).format(n=number) for number in (1, 3, 5)]
    assert told == ["1 wiersz", "3 wiersze", "5 wierszy"]
    assert f"{speaking().numerals.written('1,234.5')}".replace("\N{NO-BREAK SPACE}", " ") == "1 234,5"


def test_a_plural_form_that_is_the_same_as_in_english_is_its_own(dropped):
    whole = Catalogue(language="tr", entries=(entry("{count} alarm", "{count} alarm", plural="{count} alarms"),))
    (dropped / "tr.po").write_text(written(whole), encoding="utf-8")
    speaking().put_on("tr")
    assert [counted("A", "{count} alarm", "{count} alarms", number) for number in (0, 1, 5)] == ["{count} alarm"] * 3


def test_a_language_that_qt_does_not_know_tells_its_name(dropped):
    (dropped / "qq.po").write_text(written(Catalogue(language="qq", name="Pseudo")), encoding="utf-8")
    assert languages()["qq"] == "Pseudo"


def test_a_damaged_file_leaves_english(dropped, caplog):
    (dropped / "pl.po").write_text("no such thing", encoding="utf-8")
    speaking().put_on("pl")
    assert speaking().language == "en"
    assert "line 1" in caplog.text
    assert counted("A", "{n} row", "{n} rows", 1) == "{n} row"
    assert counted("A", "{n} row", "{n} rows", 0) == "{n} rows"


def test_a_file_is_read_again_when_it_was_changed(dropped):
    path = dropped / "pl.po"
    for text in ("Zawiśnij", "Czekaj"):
        path.write_text(written(Catalogue(language="pl", entries=(entry("Hold", text),))), encoding="utf-8")
        speaking().put_on("pl")
        assert QCoreApplication.translate("A", "Hold") == text
