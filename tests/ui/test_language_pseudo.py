# SPDX-License-Identifier: Apache-2.0
"""A language in which every text of ours is in quotes shows what is no text of ours: no word is left in English."""

from __future__ import annotations

import csv
import re

import msgspec
import pytest
from PySide6.QtGui import QPainter

from groundstation.ui.language import speaking as module
from groundstation.ui.language.catalogue import read, written
from groundstation.ui.language.speaking import language_files
from groundstation.ui.language.switch import speak
from groundstation.ui.resources import resource
from tests.ui.support.all_texts import all_texts
from tests.ui.test_language_switch import a_window, end

FROM_OUTSIDE = re.compile(
    # ids and names of vehicles, the broker's, modes; units; names of languages; parts of Qt and pyqtgraph without words
    r"uav-\d+|Atmaca|Kerkenez|Şahin|mqtt://\S+(\nMQTT 5)?|MQTT 5.*|UTC.*|(HOLD|RTL|LAND)  F\d| min|English|Pseudo"
    r"|DockOverlay(Cross)?|Export(\.\.\.)?|(\d+ )?AUTO|[\d.]+ V  [\d.]+ A  ~\d+ min"
)

with resource("places.csv").open(encoding="utf-8", newline="") as file:
    PLACES = {row[-1].strip() for row in csv.reader(file) if row}


@pytest.fixture
def pseudo(tmp_path, monkeypatch, app):
    """A file of a language that nobody speaks."""
    turkish = read(language_files()["tr"].read_text(encoding="utf-8"))
    entries = [msgspec.structs.replace(one, translations=(f"«{one.source}»",)) for one in turkish.entries]
    made = msgspec.structs.replace(turkish, language="qq", name="Pseudo", entries=tuple(entries))
    (tmp_path / "qq.po").write_text(written(made), encoding="utf-8")
    monkeypatch.setattr(module, "resource", lambda name: tmp_path)
    yield
    speak("en")


def is_english(text):
    return bool(re.search("[A-Za-z]{3}", text)) and "«" not in text and FROM_OUTSIDE.fullmatch(text) is None


@pytest.mark.long
@pytest.mark.usefixtures("pseudo")
def test_every_word_of_the_window_is_translated(app, tmp_path, monkeypatch):
    painted = set()
    paint = QPainter.drawText

    def draw_text(painter, *given):
        painted.update(one for one in given if isinstance(one, str))
        return paint(painter, *given)

    station, window = a_window(app, tmp_path, "qq")
    found = all_texts(window)
    monkeypatch.setattr(QPainter, "drawText", draw_text)
    for name in window.workspace.docks:
        window.workspace.bring(name)
        station.pass_time(0.4)
        app.processEvents()
        window.grab()
    end(window)
    assert sum("«" in text for text in found.values()) > 400
    assert len(painted) > 20
    assert {place: text for place, text in found.items() if is_english(text)} == {}
    # names of cities and seas are those of the map
    assert {text for text in painted if is_english(text) and text not in PLACES} == set()
