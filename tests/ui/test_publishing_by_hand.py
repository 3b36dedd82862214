# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMenu

from groundstation.transport.publishing import Template
from groundstation.ui.sensors_panel.publish_dialog import templates_from
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from tests.ui.support.pretend_fleet import message


class Line:
    """Takes what is published, or has no connection."""

    def __init__(self):
        self.sent, self.is_there = [], True

    def publish(self, messages):
        self.sent += messages if self.is_there else []
        return len(messages) if self.is_there else 0


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def panel(station, line):
    made = SensorsPanel(station.feed, publish=line.publish)
    made.resize(900, 700)
    made.show()
    station.offer(message("a/kept", b"1", station.now_s, retain=True), message("a/live", b"1", station.now_s))
    station.inbox.explored = ("fleet/#",)
    station.offer(message("fleet/uav-1/conn", b"{}", station.now_s, retain=True))
    made.refresh()
    yield made
    made.close()


def offered(panel, topic):
    menu = QMenu()
    panel.acts.add_to(menu, panel.model.row_at(panel.model.find(topic)))
    return {action.text(): action.isEnabled() for action in menu.actions() if action.text()}


def test_who_only_looks_is_offered_nothing_that_says_anything(station, panel):
    looking = SensorsPanel(station.feed)
    looking.show()
    assert list(offered(looking, "a/kept")) == ["Hold values here and below"]
    assert (looking.acts.open_publish("a"), looking.acts.ask_clear("a")) == (None, None)


@pytest.mark.parametrize(
    ("topic", "may"), [("a/kept", (True, True)), ("a/live", (True, False)), ("fleet/uav-1/conn", (False, False))]
)
def test_what_is_kept_can_be_cleared_and_a_vehicles_tree_is_left_alone(panel, topic, may):
    found = offered(panel, topic)
    assert (found["Publish here…"], found["Clear what the broker keeps…"]) == may


def test_a_message_goes_out_as_it_was_written(panel, line):
    dialog = panel.acts.open_publish("ev/lamba ")
    dialog.payload_box.setPlainText('{"on": true}')
    dialog.qos_box.setCurrentIndex(1)
    dialog.retain_box.setChecked(True)
    dialog.send_button.click()
    (sent,) = line.sent
    assert (sent.topic, sent.payload, sent.qos, sent.retain) == ("ev/lamba ", b'{"on": true}', 1, True)
    assert dialog.said.text().startswith("Given to the connection")


@pytest.mark.parametrize("topic", ["fleet/uav-1/cmd/req", "a/#", "$SYS/x"])
def test_what_may_not_be_said_is_refused_with_one_line(panel, line, topic):
    dialog = panel.acts.open_publish()
    assert not dialog.send_button.isEnabled()
    dialog.topic_box.setText(topic)
    assert not dialog.send_button.isEnabled()
    assert len(dialog.said.text().splitlines()) == 1
    dialog.send()
    assert line.sent == []


def test_without_a_connection_it_is_not_kept_for_later(panel, line):
    line.is_there = False
    dialog = panel.acts.open_publish("a")
    dialog.send()
    assert dialog.said.text().startswith("Not sent")
    line.is_there = True
    assert line.sent == []


def test_a_template_is_kept_and_comes_back(panel):
    dialog = panel.acts.open_publish("ev/lamba")
    dialog.payload_box.setPlainText("{{utc}}")
    dialog.template_box.setCurrentText("lamba")
    dialog.keep_template()
    told = panel.acts.kept_templates()
    assert templates_from(told) == [Template(name="lamba", topic="ev/lamba", payload="{{utc}}")]
    panel.acts.restore_templates(told)
    again = panel.acts.open_publish()
    again.template_box.activated.emit(0)
    assert (again.topic_box.text(), again.payload_box.toPlainText()) == ("ev/lamba", "{{utc}}")
    assert templates_from("[{") == templates_from(None) == templates_from('[{"name": 3}]') == []


def test_clearing_asks_first_and_then_says_an_empty_kept_message(panel, line):
    dialog = panel.acts.ask_clear("a/kept")
    assert line.sent == []
    assert "a/kept" in dialog.said.text()
    dialog.reject()
    assert line.sent == []
    panel.acts.ask_clear("a/kept").clear_button.click()
    (sent,) = line.sent
    assert (sent.topic, sent.payload, sent.retain) == ("a/kept", b"", True)
