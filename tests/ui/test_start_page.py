# SPDX-License-Identifier: Apache-2.0
"""The start page, the list of links and what a press on them asks for."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from groundstation.app.splash import show_splash
from groundstation.fleet.errors import UsageError
from groundstation.fleet.link import BridgePresence, LinkState
from groundstation.fleet.link_table import (
    LinkAction,
    LinkAnswer,
    LinkEntry,
    LinkOrigin,
    LinkTable,
    LinkUse,
    Speaker,
)
from groundstation.fleet.phrases import say
from groundstation.fleet.updates import ServiceUpdate
from groundstation.transport.bus import BusState
from groundstation.ui.main_window import MainWindow
from groundstation.ui.start.add_link_dialog import AddLinkDialog
from groundstation.ui.start.link_list import MOST_ROWS
from groundstation.ui.start.link_words import MOST_SHOWN, about_of, state_of, title_of
from groundstation.ui.start.recent_card import RecentCard
from groundstation.ui.start.silent_dialog import SilentDialog
from groundstation.ui.start.start_port import BrokerWish, LinkWish, RecentLog, StartAccess
from groundstation.ui.workspace import LAYOUT
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands
from tests.ui.support.pretend_fleet import PretendVehicle
from tests.ui.test_simulator_dialog import Simulators

UDP = LinkEntry(text="udpin:0.0.0.0:14550")
CUBE = LinkEntry(
    text="serial:/dev/ttyACM0:115200",
    origin=LinkOrigin.FOUND,
    title="Cube Orange+",
    about="CubePilot 2dae:1058 · 115200",
)


class Ways:
    """What the page asked for."""

    def __init__(self, tmp_path):
        self.wishes, self.brokers, self.folder = [], [], tmp_path
        self._ids = itertools.count()
        self.problem = ""

    def wish(self, wish):
        self.wishes.append(wish)
        return f"w{next(self._ids)}"

    def connect(self, wish):
        if self.problem:
            raise UsageError(self.problem)
        self.brokers.append(wish)

    def access(self, **more):
        known = {
            "wish": self.wish,
            "recent": lambda: [RecentLog(self.folder / "2026-03-14_09-45-19", 1.7e9, 212_000_000)],
            "connect": self.connect,
            "is_first": True,
        }
        return StartAccess(**(known | more))


@pytest.fixture
def ways(tmp_path):
    return Ways(tmp_path)


@pytest.fixture
def window(app, station, settings, ways):
    simulators = Simulators()
    commands = Commands(station)
    made = MainWindow(station.feed, settings, commands.orders, simulator=simulators.access(), start=ways.access())
    made.simulators = simulators
    made.resize(1440, 900)
    made.show()
    QApplication.processEvents()
    yield made
    made.leave()


def tell(station, *entries, answers=(), can_change=True, bridge="b1"):
    """A bridge tells of its links."""
    presence = BridgePresence(state=LinkState.ONLINE)
    table = LinkTable(links=entries, answers=answers, can_change=can_change)
    station.feed.fleet.fold(
        [
            ServiceUpdate(session="s", root="fleet", service=bridge, content=one, received_s=station.now_s)
            for one in (presence, table)
        ]
    )


def shown(window):
    window.start.page.links.refresh()
    return [(row.title.text(), row.state.text(), row.button.text()) for row in window.start.page.links.rows.values()]


def test_it_comes_first_and_goes_with_the_first_vehicle(window, station):
    stage = window.workspace.parent()
    assert window.start.is_open
    assert not stage.isVisible()
    # calm: nothing to command with while there is nobody
    assert not window.top_bar.emergency.isVisible()
    station.hear(PretendVehicle(1))
    station.pass_time(0.2)
    assert not window.start.is_open
    assert stage.isVisible()
    assert window.top_bar.emergency.isVisible()
    # brought back by hand it stays
    window.start.open()
    station.hear(PretendVehicle(2))
    station.pass_time(0.2)
    assert window.start.is_open
    QTest.mouseClick(window.start.page.skip, Qt.MouseButton.LeftButton)
    assert not window.start.is_open


def test_what_a_broker_had_kept_of_others_is_nobody_who_is_there(window, station):
    vehicle = PretendVehicle(1)
    station.offer(*vehicle.birth(station.now_s))
    station.pass_time(0.2)
    assert len(station.feed.fleet) == 1
    assert window.start.is_open


def test_links_say_what_they_hear_and_what_can_be_done(window, station):
    paused = LinkEntry(text="tcp:10.0.0.1:5760", use=LinkUse.PAUSED)
    tell(station, UDP, CUBE, paused)
    assert shown(window) == [
        ("UDP 14550", "listening, nothing yet", "Pause"),
        ("Cube Orange+", "open, waits for a heartbeat", "Pause"),
        ("TCP 5760", "paused", "Resume"),
    ]
    other = Speaker(sysid=255, compid=190, role="ground station", address="192.168.1.23:14550")
    tell(station, LinkEntry(text=UDP.text, hears=(other,)))
    assert shown(window) == [
        ("UDP 14550", "hears a ground station: system 255, no vehicle (192.168.1.23:14550)", "Pause")
    ]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (LinkEntry(text="udpin:127.0.0.1:14540"), ("UDP 14540", "this computer alone · PX4 companions")),
        (LinkEntry(text="udpout:10.0.0.2:14550"), ("UDP 14550", "calls 10.0.0.2")),
        (LinkEntry(text="serial:/dev/ttyUSB0:57600"), ("ttyUSB0", "ttyUSB0")),
        (CUBE, ("Cube Orange+", "ttyACM0 · CubePilot 2dae:1058 · 115200")),
        (LinkEntry(text="\x1b[31mred"), (" [31mred", "")),
    ],
)
def test_a_link_in_words(entry, words):
    assert (title_of(entry).strip(), about_of(entry)) == (words[0].strip(), words[1]) or "\x1b" not in title_of(entry)


def test_states_in_words():
    left = LinkEntry(text="serial:/dev/x", use=LinkUse.LEFT_ALONE)
    assert state_of(left) == "not an autopilot, left alone"
    known = tuple(Speaker(sysid=one, compid=1, role="autopilot", vehicle=f"uav-{one}") for one in range(1, 5))
    assert state_of(LinkEntry(text=UDP.text, hears=known)) == "hears uav-1, uav-2, uav-3…"
    assert "no heartbeat" in state_of(LinkEntry(text=UDP.text, messages_per_s=4.0))
    assert state_of(LinkEntry(text=UDP.text, problem="held by x")) == "held by x"


def test_a_press_pauses_and_what_is_refused_is_told_and_can_be_meant(window, station, ways):
    tell(station, UDP)
    shown(window)
    links = window.start.page.links
    (row,) = links.rows.values()
    QTest.mouseClick(row.button, Qt.MouseButton.LeftButton)
    wish = LinkWish(root="fleet", bridge="b1", action=LinkAction.PAUSE, link=UDP.text)
    assert ways.wishes == [wish]
    tell(station, UDP, answers=(LinkAnswer(id="w0", refused=say("link_carries", vehicles=("uav-1",))),))
    shown(window)
    assert links.reason.text() == "uav-1 may be armed and heard by no other link"
    assert links.sure.isVisible()
    QTest.mouseClick(links.sure, Qt.MouseButton.LeftButton)
    assert ways.wishes[-1].is_sure
    assert not links.refused.isVisible()
    # another reason can't be overruled
    tell(station, UDP, answers=(LinkAnswer(id="w1", refused=say("links_full")),))
    shown(window)
    assert links.refused.isVisible()
    assert not links.sure.isVisible()


def test_without_a_broker_nothing_is_known_of_links(window, station):
    tell(station, UDP)
    assert shown(window)
    station.bus = msgspec.structs.replace(station.bus, state=BusState.LOST)
    station.pass_time(0.1)
    assert shown(window) == []
    station.bus = msgspec.structs.replace(station.bus, state=BusState.CONNECTED)
    station.pass_time(0.1)
    assert shown(window)


def test_a_simulator_that_has_ended_can_be_started_again(window):
    card = window.start.page.simulator
    QTest.mouseClick(card.button, Qt.MouseButton.LeftButton)
    card._look()
    assert not card.button.isEnabled()
    window.simulators.is_running = False
    card._look()
    assert (card.button.isEnabled(), card.button.text()) == (True, "Start 5 drones")


def test_a_row_keeps_its_place_and_goes_with_its_link(window, station):
    tell(station, UDP, CUBE)
    shown(window)
    before = list(window.start.page.links.rows.values())
    tell(station, CUBE)
    shown(window)
    assert list(window.start.page.links.rows.values()) == before[1:]
    tell(station, UDP, CUBE, can_change=False)
    shown(window)
    assert not any(row.button.isEnabled() for row in window.start.page.links.rows.values())


def test_a_stranger_that_tells_of_much_costs_little(window, station):
    long = "x" * 50_000
    many = [LinkEntry(text=f"udpin:{number}:{long}", problem=long, title=long) for number in range(60)]
    for bridge in ("b1", "b2", "b3"):
        tell(station, *many, bridge=bridge)
    told = shown(window)
    assert len(told) == MOST_ROWS
    assert max(len(text) for row in told for text in row) <= MOST_SHOWN + 1


def test_six_things_to_look_at(window):
    QTest.mouseClick(window.start.page.links.silent, Qt.MouseButton.LeftButton)
    (dialog,) = window.findChildren(SilentDialog)
    assert "57600" in " ".join(label.text() for label in dialog.findChildren(QLabel))
    dialog.close()


def test_a_link_is_added_and_changed_by_a_dialog(window, station, ways):
    tell(station, UDP, CUBE)
    shown(window)
    links = window.start.page.links
    QTest.mouseClick(links.adders["tcp"], Qt.MouseButton.LeftButton)
    dialog = links.dialog
    assert not dialog.ok.isEnabled()
    dialog.host.setText("192.168.1.10")
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert ways.wishes[-1] == LinkWish(root="fleet", bridge="b1", action=LinkAction.ADD, link="tcp:192.168.1.10:5760")
    row = links.rows["fleet", "b1", UDP.text]
    row.menu.actions()[0].trigger()
    links.dialog.port.setValue(14_551)
    QTest.mouseClick(links.dialog.ok, Qt.MouseButton.LeftButton)
    assert ways.wishes[-1] == LinkWish(
        root="fleet", bridge="b1", action=LinkAction.REPLACE, link=UDP.text, new="udpin:0.0.0.0:14551"
    )
    row.remove.trigger()
    assert ways.wishes[-1].action is LinkAction.REMOVE


@pytest.mark.parametrize(
    "text",
    [
        "udpin:0.0.0.0:14550", "udpout:10.0.0.2:14550", "tcp:[fe80::1]:5762", "tcpin:127.0.0.1:5760",
        "serial:/dev/ttyUSB0:921600",
    ],
)  # fmt: skip
def test_what_a_link_is_stands_in_the_fields_and_comes_out_again(app, text):
    dialog = AddLinkDialog("udpin", [], text=text)
    assert dialog.text == text
    dialog.deleteLater()


def test_keys_choose_and_the_simulator_starts_with_one_press(window):
    page = window.start.page
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_2)
    assert page.simulator.button.hasFocus()
    QTest.keyClick(page.simulator.button, Qt.Key.Key_Space)
    (wish,) = window.simulators.started
    assert (wish.vehicles, wish.flavours, wish.is_autofly) == (5, ("copter",), True)
    assert not page.simulator.button.isEnabled()
    QTest.keyClick(page, Qt.Key.Key_3)
    assert page.broker.url.hasFocus()
    # a number that is typed into a field is a number
    QTest.keyClick(page.broker.url, Qt.Key.Key_1)
    assert (page.broker.url.text(), page.broker.url.hasFocus()) == ("1", True)


def test_another_broker_is_asked_for_and_what_is_wrong_is_told(window, ways):
    card = window.start.page.broker
    card.url.setText(" mqtts://saha.example.net:8883 ")
    card.user.setText("ayse")
    card.password.setText("secret")
    ways.problem = "broker URL: no"
    card.connect_now()
    assert card.problem.text() == "broker URL: no"
    ways.problem = ""
    QTest.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert ways.brokers == [BrokerWish(url="mqtts://saha.example.net:8883", user="ayse", password="secret")]
    assert card.problem.isHidden()


def test_the_newest_recordings_are_offered(app, ways):
    card = RecentCard(ways.access())
    card.show()
    wait_until(lambda: (QApplication.processEvents(), bool(card.openers))[1], what="the recordings")
    asked = []
    card.log_wanted.connect(asked.append)
    QTest.mouseClick(card.openers[0], Qt.MouseButton.LeftButton)
    assert [Path(one).name for one in asked] == ["2026-03-14_09-45-19"]


@pytest.mark.parametrize(("wide", "columns"), [(900, 1), (1440, 2)])
def test_in_a_narrow_window_the_cards_stand_below_each_other(window, wide, columns):
    window.resize(wide, 700)
    QApplication.processEvents()
    page = window.start.page
    lefts = {card.x() for card in page.cards if card.isVisible()}
    assert len(lefts) == columns
    assert not page.grab().toImage().isNull()


def test_something_is_seen_while_the_window_is_loaded(app):
    splash = show_splash()
    assert splash.isVisible()
    picture = splash.pixmap().toImage()
    # an icon and words, and not one colour
    assert len({picture.pixelColor(x, picture.height() // 2).name() for x in range(0, picture.width(), 3)}) > 3
    splash.close()


def test_a_window_that_ends_on_the_start_page_keeps_the_places_of_its_panels(app, station, settings, ways, window):
    """Panels that were never laid out have no widths that could be remembered."""
    window.show()
    app.processEvents()
    assert window.start.is_open
    window.save()
    assert settings.value(LAYOUT) is None
    later = MainWindow(station.feed, settings, Commands(station).orders, start=ways.access())
    later.resize(1440, 900)
    later.show()
    app.processEvents()
    station.hear(PretendVehicle(1))
    station.pass_time(0.5)
    for _ in range(10):
        app.processEvents()
    assert not later.start.is_open
    assert later.dock("map").width() > later.dock("vehicle").width()
    later.save()
    assert settings.value(LAYOUT) is not None
