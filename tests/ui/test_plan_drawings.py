# SPDX-License-Identifier: Apache-2.0
"""A file of areas and lines: what was opened is said, and the next step is a press away."""

from __future__ import annotations

import json

import pytest
from PySide6.QtWidgets import QApplication, QScrollArea

from groundstation.app.plan_work import plan_access
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands, grounded
from tests.ui.support.planning import planning, reckoned

LAT, LON = 40.992, 39.766


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def panel(commands, tmp_path, app):
    with planning(commands, plan_access()._replace(draft=tmp_path / "draft.json")) as made:
        yield made


def ring(shift=0.0):
    corners = ((0.0, 0.0), (0.0, 2e-3), (2e-3, 2e-3), (2e-3, 0.0), (0.0, 0.0))
    return [[LON + shift + east, LAT + north] for north, east in corners]


def opened(panel, tmp_path, areas, lines, name="fields.geojson"):
    shapes = [{"type": "Polygon", "coordinates": [ring(0.01 * at)]} for at in range(areas)]
    shapes += [{"type": "LineString", "coordinates": [[LON, LAT], [LON + 3e-3, LAT]]} for _ in range(lines)]
    features = [{"type": "Feature", "properties": {}, "geometry": one} for one in shapes]
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    panel.document.open(path)
    wait_until(lambda: QApplication.processEvents() or panel.document.path == path, what="the file")
    reckoned(panel)


@pytest.mark.parametrize(("areas", "lines", "words"), [(2, 1, "2 areas, 1 line"), (1, 0, "1 area"), (0, 2, "2 lines")])
def test_what_was_opened_is_said_with_the_next_step(panel, commands, tmp_path, areas, lines, words):
    opened(panel, tmp_path, areas, lines)
    assert commands.notices[-1] == f"{words} from fields.geojson: choose Survey to lay lines."
    assert panel.lay.isVisible()
    assert panel.lay.text() == f"Survey: lay lines over {words}"
    assert panel.hint.text() == f"{words} are drawn in it, and nothing to fly yet."
    # nothing is spread over the panel: what stands under it is where it always is
    assert panel.tabs.y() < 150


def test_one_area_is_laid_by_one_press(panel, commands, tmp_path):
    (one,) = grounded(2)
    commands.hear(one)
    commands.select(one)
    opened(panel, tmp_path, 1, 0)
    panel.lay.click()
    assert panel.is_survey
    reckoned(panel)
    assert len(panel.document.fleet.surveys) == 1
    panel.tabs.setCurrentIndex(0)
    assert not panel.lay.isVisible(), "it is laid"


def test_who_flies_what_was_laid_over_a_drawing_is_worked_on_and_the_drawing_is_held_by_nothing(
    panel, commands, tmp_path
):
    some = grounded(2, 3)
    commands.hear(*some)
    commands.select(*some)
    opened(panel, tmp_path, 1, 0)
    panel.lay.click()
    reckoned(panel)
    assert [text.split()[0] for text in panel.parts.texts] == ["Drawings", "uav-02", "uav-03"]
    assert panel.document.part.vehicle == some[0].key
    panel.document.work_on(0)
    reckoned(panel)
    assert panel.checks.text == ""
    assert panel.strip.badges.text() == "This part has no vehicle."
    assert "!" not in panel.parts.texts[0]


def test_of_several_one_is_chosen(panel, tmp_path):
    opened(panel, tmp_path, 2, 0)
    panel.lay.click()
    QApplication.processEvents()
    menu = QApplication.activePopupWidget()
    assert [one.text() for one in menu.actions()] == ["Area 1", "Area 2"]
    menu.close()
    assert "2 areas are there: press From the file" in panel.survey.hint.text()
    assert panel.document.fleet.surveys == ()


def test_of_a_plan_nothing_more_is_said(panel, commands, tmp_path):
    from pathlib import Path

    before = list(commands.notices)
    path = Path(__file__).parents[1] / "data" / "plans" / "square.plan"
    panel.document.open(path)
    wait_until(lambda: QApplication.processEvents() or panel.document.path == path, what="the file")
    assert commands.notices == before
    assert not panel.lay.isVisible()


def test_all_tabs_are_there_in_a_narrow_panel(panel, commands, tmp_path):
    (one,) = grounded(2)
    commands.hear(one)
    commands.select(one)
    opened(panel, tmp_path, 1, 0)
    panel.lay.click()
    reckoned(panel)
    panel.document.work_on(0)
    panel.resize(240, 480)
    QApplication.processEvents()
    tabs = panel.tabs
    assert [tabs.tabText(at) for at in range(tabs.count())] == ["Mission", "Fence", "Rally", "Survey 1"]
    # as wide as the panel is in a window of 900 pixels
    assert tabs.sizeHint().width() <= 240
    for at in range(tabs.count()):
        rect = tabs.tabRect(at)
        assert rect.right() <= tabs.width()
        assert rect.width() >= tabs.fontMetrics().horizontalAdvance(tabs.tabText(at))


def test_what_scrolls_the_parts_stands_under_them(panel, commands):
    some = grounded(2, 3, 4, 5)
    commands.hear(*some)
    commands.select(*some)
    panel.add_item(16)
    panel.copy_to_selected()
    reckoned(panel)
    panel.resize(240, 480)
    QApplication.processEvents()
    area = panel.parts.findChild(QScrollArea)
    assert area.horizontalScrollBar().isVisible()
    assert area.viewport().height() >= panel.parts._chips[0].height()
