# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from groundstation.ui.map_panel.layer_stack import LayerStack
from groundstation.ui.map_panel.layers import LAYERS
from groundstation.ui.map_panel.map_layer import Frame, Layer, MapContext, MapLayer
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.map_panel.trail_layer import TrailLayer
from groundstation.ui.selection import Selection

FIRST = Frame(Camera(0.0, 0.0, 10.0, 40.0, 30.0), 0.0)
RED, GREEN = "#ff0000", "#00ff00"


class Told(Layer):
    """Fills the screen, counts, and is stale when told."""

    def __init__(self, colour=RED, parts=0):
        self.colour, self.parts, self.version, self.painted, self.renewed = colour, parts, 0, 0, 0

    def stale(self, frame):
        return self.version

    def renew(self, frame):
        self.renewed += 1

    def paint(self, painter, frame):
        self.painted += 1
        painter.fillRect(0, 0, 40, 30, self.colour)

    def turns(self, frame):
        colour = self.colour
        return [lambda painter: painter.fillRect(0, 0, 40, 30, colour)] * self.parts

    def hit(self, frame, point):
        return self.colour if point.x() < 10 else None


@pytest.fixture
def context(station):
    return MapContext(station.feed, Selection())


def row(key, layer, **fields):
    return MapLayer(key=key, title=key, make=lambda _context: layer, **fields)


def painted(stack, frame=FIRST):
    """Colour of the middle after one frame."""
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    stack.paint(painter, frame)
    painter.end()
    return picture.pixelColor(20, 15).name()


def test_a_kept_layer_is_drawn_again_only_when_the_view_or_it_has_changed(context):
    layer = Told()
    stack = LayerStack([row("kept", layer, is_kept=True)], context)
    assert [painted(stack) for _ in range(3)] == [RED] * 3
    assert layer.painted == 1
    layer.version += 1
    painted(stack)
    painted(stack)
    assert layer.painted == 2
    painted(stack, FIRST._replace(camera=Camera(5.0, 0.0, 10.0, 40.0, 30.0)))
    assert layer.painted == 3
    assert layer.renewed == 0


def test_what_lies_on_a_kept_layer_is_drawn_again_with_it(context):
    below, above = Told(RED), Told(GREEN)
    stack = LayerStack([row("below", below, is_kept=True), row("above", above, is_kept=True)], context)
    assert painted(stack) == GREEN
    below.version += 1
    painted(stack)
    assert (below.painted, above.painted) == (2, 2)


def test_a_layer_that_is_renewed_in_turns_shows_the_old_until_the_new_is_complete(context):
    layer = Told(RED, parts=3)
    stack = LayerStack([row("kept", layer, is_kept=True)], context)
    assert [painted(stack) for _ in range(4)] == [RED] * 4  # at once, then three turns
    layer.version, layer.colour = 1, GREEN
    assert [painted(stack) for _ in range(4)] == [RED, RED, RED, GREEN]
    assert layer.painted == 1


def test_a_layer_that_is_not_kept_is_drawn_in_each_frame_and_renewed_when_stale(context):
    layer = Told()
    stack = LayerStack([row("quick", layer)], context)
    for _ in range(3):
        painted(stack)
    assert (layer.painted, layer.renewed) == (3, 1)
    layer.version += 1
    painted(stack)
    assert (layer.painted, layer.renewed) == (4, 2)


def test_kept_layers_lie_below_all_others(context):
    with pytest.raises(ValueError, match="below all others"):
        LayerStack([row("quick", Told()), row("kept", Told(), is_kept=True)], context)


def test_the_frontmost_layer_is_hit_first_and_a_hidden_one_never(context):
    stack = LayerStack([row("back", Told(RED)), row("front", Told(GREEN), is_switchable=True)], context)
    assert stack.hit(FIRST, QPointF(9.0, 0.0)) == GREEN
    assert stack.hit(FIRST, QPointF(10.0, 0.0)) is None
    stack.show("front", is_shown=False)
    assert stack.hit(FIRST, QPointF(9.0, 0.0)) == RED
    assert painted(stack) == RED


def test_what_an_operator_must_never_lose_cannot_be_hidden(context):
    stack = LayerStack(LAYERS, context)
    for one in LAYERS:
        stack.show(one.key, is_shown=False)
    assert stack.hidden == ["homes", "labels", "trails"]
    panel = MapPanel(context)
    assert list(panel.layers.switches) == ["trails", "homes", "labels"]
    panel.restore_state({"hidden": ["vehicles", "targets", "nonsense", 3]})
    assert panel.view.stack.hidden == []
    panel.deleteLater()


@pytest.mark.parametrize(
    ("state", "hidden", "length_s"),
    [
        ({"trail_s": 0.0, "labels": False}, ["labels", "trails"], 180.0),
        ({"trail_s": 600.0, "labels": True}, [], 600.0),
        ({"trail_s": 60.0, "hidden": ["homes"]}, ["homes"], 60.0),
    ],
)
def test_what_was_hidden_comes_back_also_from_before_layers_had_a_menu(context, state, hidden, length_s):
    panel = MapPanel(context)
    panel.restore_state(state)
    assert panel.view.stack.hidden == hidden
    assert panel.view.stack.layer(TrailLayer).length_s == length_s
    assert {key: action.isChecked() for key, action in panel.layers.switches.items()} == {
        key: key not in hidden for key in ("trails", "homes", "labels")
    }
    assert panel.layers.lengths[length_s].isChecked()
    again = MapPanel(context)
    again.restore_state(panel.view_state())
    assert again.view.stack.hidden == hidden
    for one in (panel, again):
        one.deleteLater()


def test_a_length_of_trails_that_is_chosen_shows_them(context):
    panel = MapPanel(context)
    panel.layers.switches["trails"].setChecked(False)
    panel.layers.lengths[60.0].trigger()
    assert panel.view.stack.hidden == []
    assert panel.view.stack.layer(TrailLayer).length_s == 60.0
    panel.deleteLater()


@pytest.mark.parametrize("height", [220, 240, 300, 400, 700])
def test_the_buttons_stay_on_the_map_and_off_its_scale(context, app, height):
    panel = MapPanel(context)
    panel.resize(420, height)
    panel.show()
    app.processEvents()
    place = panel._bar.geometry()
    assert panel.rect().contains(place)
    assert place.bottom() < height - 30
    panel.deleteLater()
