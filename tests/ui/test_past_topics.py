# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from groundstation.fleet.past import Moment
from groundstation.fleet.sensors import KeptReading, PayloadKind, SensorReading
from groundstation.ui.past.past_view import PastView
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel


def kept(topic, value, at_s):
    text = f"{value:g}"
    reading = SensorReading(
        topic=topic, received_s=at_s, kind=PayloadKind.NUMBER, size_bytes=2, text=text, numbers={"": value}
    )
    return KeptReading(reading, 1, None)


def texts(panel):
    panel.refresh()
    found, tree = {}, panel.model
    for topic in ("a/x", "a/y"):
        index = tree.find(topic)
        if tree.topic_at(index) == topic:
            found[topic] = [index.siblingAtColumn(column).data() for column in (1, 2, 4)]
    return found


def test_the_topics_of_a_moment_are_shown_and_those_of_a_later_one_go(app):
    view = PastView()
    panel = SensorsPanel(view)
    panel.resize(900, 600)
    panel.show()
    early, late = kept("a/x", 1.0, 10.0), kept("a/x", 2.0, 19.0)
    view.show(Moment(at_s=12.0, readings=(early,)), {})
    assert texts(panel) == {"a/x": ["1", "", "2.0 s"]}
    view.show(Moment(at_s=20.0, readings=(late, kept("a/y", 7.0, 20.0))), {})
    assert texts(panel) == {"a/x": ["2", "", "1.0 s"], "a/y": ["7", "", "0.0 s"]}
    view.show(Moment(at_s=12.0, readings=(early,)), {})
    assert texts(panel) == {"a/x": ["1", "", "2.0 s"]}
    assert "1 topics" not in panel._foot.text()
    panel.close()
    panel.deleteLater()
