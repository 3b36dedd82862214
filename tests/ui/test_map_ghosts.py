# SPDX-License-Identifier: Apache-2.0
"""Ghosts of lost vehicles on a map: drawn as an estimate, never to be taken hold of."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from groundstation.fleet.past import Moment
from groundstation.ui.map_panel.ghost_layer import GhostLayer, words_of
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.past.past_view import PastView
from groundstation.ui.selection import Selection
from tests.fleet.awareness.test_approach import NOW_S, flying
from tests.fleet.awareness.test_ghost import on_plan


@pytest.fixture
def panel(app):
    view = PastView()
    made = MapPanel(MapContext(view, Selection()))
    made.resize(600, 500)
    made.show()
    view.show(Moment(at_s=NOW_S, states=(on_plan(), flying("b", -300.0))), {})
    made.view.fit()
    x_m, y_m, _ = made.view.view_state()
    made.view.restore_view(x_m, y_m, 3.0)
    made.view.refresh(NOW_S)
    yield made
    made.close()
    made.deleteLater()
    view.deleteLater()


def painted(panel):
    """The ghosts that a frame draws."""
    layer = panel.view.stack.layer(GhostLayer)
    picture = QImage(600, 500, QImage.Format.Format_RGB32)
    picture.fill(0)
    painter = QPainter(picture)
    layer.paint(painter, panel.view.frame())
    painter.end()
    dark = picture.copy()
    dark.fill(0)
    return layer.ghosts, picture != dark


def test_a_ghost_says_that_it_is_one(panel):
    ghosts, is_drawn = painted(panel)
    assert is_drawn
    assert [words_of(ghost) for ghost, _ in ghosts] == ["a? 38 s ±143 m"]


def test_it_can_be_neither_selected_nor_hit_but_the_vehicle_where_it_was_heard_can(panel):
    ((ghost, _),), _ = painted(panel)
    frame = panel.view.frame()
    x, y = frame.camera.screen(*mercator_from_degrees(*ghost.place))
    assert 0.0 < x < 600.0
    assert 0.0 < y < 500.0
    QTest.mouseClick(panel.view, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert panel._selection.keys == ()
    assert panel.view.stack.hit(frame, QPointF(x, y)) is None
    x, y = frame.camera.screen(*mercator_from_degrees(*ghost.heard))
    assert panel.view.stack.hit(frame, QPointF(x, y)) == ghost.key


def test_heard_again_there_is_none(panel):
    panel._feed.show(Moment(at_s=NOW_S + 1.0, states=(flying("a", age_s=-1.0),)), {}, is_playing=True)
    panel.view.refresh(NOW_S + 1.0)
    assert painted(panel) == ([], False)


def test_hidden_it_leaves_no_room_taken(panel):
    painted(panel)
    layer = panel.view.stack.layer(GhostLayer)
    assert layer._written.others()
    panel.layers.switches["ghosts"].trigger()
    assert not layer._written.others()
