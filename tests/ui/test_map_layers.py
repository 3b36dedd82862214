# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from functools import partial

import msgspec
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.crowd import NEAR_PX
from groundstation.ui.map_panel.layer_stack import LayerStack
from groundstation.ui.map_panel.layers import LAYERS
from groundstation.ui.map_panel.map_layer import Frame, Layer, MapContext, MapLayer
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.map_panel.shadow_layer import ShadowLayer
from groundstation.ui.map_panel.trail_layer import AT_ONCE, POINTS_EACH, TrailLayer, paint_trails
from groundstation.ui.map_panel.vehicle_layer import VehicleLayer
from groundstation.ui.selection import Selection
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle

FIRST = Frame(Camera(0.0, 0.0, 10.0, 40.0, 30.0), 0.0)
HIDEABLE = [
    "fences",
    "missions",
    "trails",
    "drawings",
    "sensors",
    "errors",
    "homes",
    "reach",
    "breaches",
    "traffic",
    "approaches",
    "ghosts",
    "labels",
]
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
    assert painted(stack) == RED  # at once, coarsely
    assert [stack.work() for _ in range(4)] == [False, False, True, False]
    layer.version, layer.colour = 1, GREEN
    seen = [(painted(stack), stack.is_busy, stack.work()) for _ in range(3)]
    assert seen == [(RED, True, False), (RED, True, False), (RED, True, True)]
    assert (painted(stack), stack.is_busy) == (GREEN, False)
    assert layer.painted == 1


def test_turns_are_not_begun_anew_before_they_are_through(context):
    layer = Told(RED, parts=2)
    stack = LayerStack([row("kept", layer, is_kept=True)], context)
    painted(stack)
    while not stack.work():
        pass
    for version, colour in ((1, GREEN), (2, "#0000ff")):
        layer.version, layer.colour = version, colour
        painted(stack)
        assert stack.work() is (version == 2)
    assert painted(stack) == GREEN
    assert [stack.work(), stack.work()] == [False, True]
    assert painted(stack) == "#0000ff"


def test_a_view_that_moved_drops_the_turns_of_the_old_one(context):
    layer = Told(RED, parts=2)
    stack = LayerStack([row("kept", layer, is_kept=True)], context)
    painted(stack)
    stack.work()
    painted(stack, FIRST._replace(camera=Camera(5.0, 0.0, 10.0, 40.0, 30.0)))
    assert [stack.work(), stack.work()] == [False, True]


def test_a_hidden_layer_has_no_turns(context):
    stack = LayerStack([row("kept", Told(RED, parts=2), is_kept=True, is_switchable=True)], context)
    painted(stack)
    stack.show("kept", is_shown=False)
    assert (stack.is_busy, stack.work()) == (False, False)


def test_a_layer_that_is_shown_again_shows_nothing_of_before(context):
    layer = Told(RED, parts=2)
    stack = LayerStack([row("kept", layer, is_kept=True, is_switchable=True)], context)
    painted(stack)
    stack.show("kept", is_shown=False)
    layer.version, layer.colour = 1, GREEN
    stack.show("kept", is_shown=True)
    assert painted(stack) == GREEN


def test_trails_are_stale_when_others_are_selected_in_a_moment_that_stands_still(context):
    layer = TrailLayer(context.feed.history)
    assert layer.stale(FIRST) == layer.stale(FIRST._replace(selected=frozenset()))
    assert layer.stale(FIRST) != layer.stale(FIRST._replace(selected=frozenset({PretendVehicle(1).key})))


def flown(station, vehicles):
    """They fly for twenty seconds."""
    for step in range(20):
        station.hear(*vehicles) if step == 0 else station.offer(*[station.motion(one, float(step)) for one in vehicles])
        station.pass_time(1.0)


def canvas(camera):
    made = QImage(int(camera.width), int(camera.height), QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(0)
    return made


def drawn(camera, *parts):
    """Trails as pixels."""
    made = canvas(camera)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for part in parts:
        painter.save()
        part(painter)
        painter.restore()
    painter.end()
    return made


def test_trails_that_are_drawn_in_turns_look_like_all_at_once(context, station):
    vehicles = [PretendVehicle(number) for number in range(1, 2 * AT_ONCE + 4)]
    panel = MapPanel(context)
    flown(station, vehicles)
    panel.view.refresh(station.now_s)
    panel.view.fit()
    frame, layer = panel.view.frame(), panel.view.stack.layer(TrailLayer)
    assert len(frame.marks) == len(vehicles)
    turns = layer.turns(frame)
    # each draws a few, and together they draw all
    assert [len(turn.keywords["keys"]) for turn in turns] == [AT_ONCE, AT_ONCE, 3]
    every = partial(
        paint_trails,
        camera=frame.camera,
        history=station.feed.history,
        keys=[mark.key for mark in frame.marks],
        selected=frozenset(),
        since_s=station.now_s - layer.length_s,
        max_points=len(vehicles) * POINTS_EACH,
    )
    whole = drawn(frame.camera, every)
    assert whole != canvas(frame.camera)
    assert drawn(frame.camera, *turns) == whole
    assert drawn(frame.camera, *turns[:-1]) != whole


def test_the_map_takes_its_turns_by_itself_until_the_trails_are_those_of_now(context, station, app, monkeypatch):
    vehicles = [PretendVehicle(number) for number in range(1, 4 * AT_ONCE)]
    panel = MapPanel(context)
    panel.resize(700, 500)
    panel.view.stack.show("labels", is_shown=False)  # a new map has other places for them
    monkeypatch.setattr("groundstation.ui.map_panel.crowd.LEAVE_PX", NEAR_PX)  # nor does it know who was in which disc
    panel.show()
    flown(station, vehicles)
    wait_until(lambda: app.processEvents() or not panel.view.stack.is_busy)
    before = panel.view.viewport().grab().toImage()
    station.offer(*[station.motion(one, 21.0) for one in vehicles])
    station.pass_time(1.0)
    app.processEvents()
    panel.view.viewport().repaint()
    wait_until(lambda: app.processEvents() or not panel.view.stack.is_busy)
    later = panel.view.viewport().grab().toImage()
    assert later != before
    monkeypatch.setattr("groundstation.ui.map_panel.trail_layer.QUICK_POINTS", 10**6)
    other = MapPanel(context)
    other.resize(700, 500)
    other.view.stack.show("labels", is_shown=False)
    other.show()
    other.view.box.setRange(panel.view.box.viewRect(), padding=0)
    other.view.refresh(station.now_s)
    other.view._turns.timeout.disconnect()  # what it draws at once is as fine as can be
    assert other.view.camera == panel.view.camera
    assert other.view.viewport().grab().toImage() == later


def test_a_hidden_map_takes_no_turns(context, station, app):
    panel = MapPanel(context)
    panel.show()
    app.processEvents()
    flown(station, [PretendVehicle(number) for number in range(1, 5 * AT_ONCE)])
    panel.view.viewport().repaint()
    assert panel.view._turns.isActive()
    panel.hide()
    wait_until(lambda: app.processEvents() or not panel.view._turns.isActive())
    assert panel.view.stack.is_busy
    panel.show()
    panel.view.viewport().repaint()
    wait_until(lambda: app.processEvents() or not panel.view.stack.is_busy)


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
    assert stack.hidden == sorted(HIDEABLE)
    panel = MapPanel(context)
    assert list(panel.layers.switches) == HIDEABLE
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
        key: key not in hidden for key in HIDEABLE
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


def picture_of(layer, *marks):
    """A picture of some vehicles."""
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    layer.paint(painter, Frame(Camera(0.0, 0.0, 1.0, 200.0, 100.0), 0.0, marks))
    painter.end()
    return image


def vehicle_mark(root, x_m):
    return MapMark(
        key=VehicleKey(root, "uav-1"),
        x_m=x_m,
        y_m=0.0,
        heading_deg=0.0,
        is_live=True,
        is_flying=True,
        level=Level.NORMAL,
        is_known=False,
        title="",
        detail="",
    )


@pytest.mark.parametrize(("is_live", "is_pale"), [(True, True), (False, False)])
def test_a_recording_is_pale_beside_a_simulator_and_in_the_past_all_are_as_they_are(app, is_live, is_pale):
    layer, recorded, simulated = VehicleLayer(is_live=is_live), vehicle_mark("replay", -50.0), vehicle_mark("sim", 50.0)
    alone, both = picture_of(layer, recorded), picture_of(layer, recorded, simulated)

    def lightest(image, x):
        return max(image.pixelColor(x + dx, 50 + dy).lightness() for dx in range(-8, 9) for dy in range(-10, 10))

    strong, shown = lightest(alone, 50), lightest(both, 50)
    assert strong > 60
    assert (shown < 0.6 * strong) is is_pale
    assert lightest(both, 150) == strong


def test_the_distance_to_the_shadow_stands_between_them(app, station):
    recorded, simulated = PretendVehicle(1, root="replay"), PretendVehicle(1, root="sim")
    for one in (recorded, simulated):
        station.offer(*one.birth(station.now_s), *one.step(1.0, station.now_s, 0))
    station.pass_time(0.5)
    layer = ShadowLayer(station.feed)

    def is_drawn(*marks):
        image = picture_of(layer, *marks)
        return any(image.pixelColor(x, y).lightness() for x in range(55, 146) for y in range(40, 80))

    first, second = (
        msgspec.structs.replace(vehicle_mark(one.root, x_m), key=one.key)
        for one, x_m in ((recorded, -50.0), (simulated, 50.0))
    )
    assert is_drawn(first, second)
    assert not is_drawn(first)
    # where one was last heard is no distance of now
    assert not is_drawn(first, msgspec.structs.replace(second, is_live=False))
