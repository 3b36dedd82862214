# SPDX-License-Identifier: Apache-2.0
"""`bench alarms`: hundreds of alarms raised at once, and what the operator sees and hears of it."""

from __future__ import annotations

import itertools
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from groundstation.app.bench.report import Comparison, Report
from groundstation.app.display import check_qt
from groundstation.fleet.alarms.alarm import Alarm, EngineState
from groundstation.fleet.alarms.engine import AlarmEngine
from groundstation.fleet.alarms.rule import AlarmRule, RuleSet
from groundstation.fleet.conditions import Level
from groundstation.fleet.sensors import SensorBoard
from groundstation.transport import payloads, topics
from groundstation.transport.bus import BusState, BusStatus, Message
from groundstation.transport.foreign import reading_from_message
from groundstation.transport.inbox import Inbox

CAUSES = 4
"""Rules that all of them are raised by."""
HANDFUL = 10
WATCH_S = 12.0
FRAME_MS = 1000.0 / 60.0
LOOK_S = 0.25
NAME = "bench"


def run(count: int, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure; takes half a minute.

    Args:
        count: alarms that are raised at once.
        stop: ends it early, with what is there.
        say: told what is being done, for the operator who waits.
    """
    check_qt("offscreen")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    say(f"raising {count} alarms of {CAUSES} causes at once, and watching the window for {WATCH_S:.0f} s")
    found = _watch(count, stop)
    comparisons = (
        Comparison(
            name=f"cards in the panel, of {count} that were raised", unit="", value=found["cards"], goal=HANDFUL
        ),
        Comparison(
            name="of them covered by these", unit="", value=found["covered"], goal=float(count), wanted="at_least"
        ),
        Comparison(name="the engine's longest turn", unit="ms", value=found["engine_ms"], goal=LOOK_S * 1000.0),
        Comparison(name="window loop, p99, while they come", unit="ms", value=found["p99_ms"], goal=FRAME_MS),
        Comparison(name="things said aloud", unit="", value=found["said"], goal=HANDFUL),
        Comparison(name="of them begun while another was being said", unit="", value=found["over"], goal=0.0),
    )
    return Report(bench="alarms", settings={"alarms": float(count), "watched_s": WATCH_S}, comparisons=comparisons)


class _Raiser:
    """An engine that leads, and tells a window through its inbox."""

    def __init__(self, inbox: Inbox, count: int) -> None:
        self.engine = AlarmEngine(RuleSet(rules=tuple(_rule(number) for number in range(CAUSES))))
        self._inbox, self._board, self._seq = inbox, SensorBoard(), 0
        self._names = [f"site/{number % CAUSES}/room-{number}/value" for number in range(count)]
        self.longest_s = 0.0

    def rise(self) -> None:
        """All values are too high from now on."""
        now_s = time.monotonic()
        payload = b"61.5"
        messages = [Message(name, payload, len(payload), 0, False, now_s) for name in self._names]
        self._board.fold([reading_from_message(one) for one in messages])
        for one in messages:
            self._inbox.offer(one)

    def turn(self) -> None:
        """A look, and what is to be told."""
        began_s = time.perf_counter()
        now_s = time.monotonic()
        self.engine.look((), {}, self._board, self._board.take_changed(), now_s)
        self.engine.lead(now_s, time.time())
        changed = self.engine.take_changed()
        self.longest_s = max(self.longest_s, time.perf_counter() - began_s)
        state = EngineState(leads=True, term=1, rules=1, alarms=len(self.engine.alarms), dropped=0, version=NAME)
        self._tell(topics.engine(NAME, topics.CONN), state)
        for one in changed:
            self._tell(topics.alarm(one.key), one)

    def _tell(self, topic: str, content: Alarm | EngineState) -> None:
        now_s = time.monotonic()
        envelope = payloads.Envelope(sid=NAME, seq=self._seq, ts=int(time.time() * 1000), bms=0, d=content)
        self._seq += 1
        payload = payloads.encode(envelope)
        self._inbox.offer(Message(topic, payload, len(payload), 1, False, now_s))


def _rule(number: int) -> AlarmRule:
    return AlarmRule(
        name=f"high-{number}", title=f"High {number}", topics=f"site/{number}/#", when="value > 60", level=Level.WARNING
    )


def _watch(count: int, stop: threading.Event) -> dict[str, float]:
    """What is seen and heard."""
    from PySide6.QtCore import QSettings, QTimer

    from groundstation.ui.alarms.alarm_port import AlarmAccess
    from groundstation.ui.alarms.alarms_panel import AlarmsPanel
    from groundstation.ui.application import make_application
    from groundstation.ui.fleet_feed import FleetFeed
    from groundstation.ui.loop_delay import LoopDelay
    from groundstation.ui.main_window import MainWindow

    application = make_application(["groundstation"])
    inbox, status = Inbox(), BusStatus(state=BusState.CONNECTED, broker="bench", since_s=time.monotonic())
    feed, spoken = FleetFeed(inbox, lambda: status), list[tuple[float, str]]()
    access = AlarmAccess(speak=lambda text: spoken.append((time.monotonic(), text)))
    raiser = _Raiser(inbox, count)
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(feed, settings, alarms=access)
        window.show()
        window.dock("alarms").setAsCurrentTab()
        feed.start()

        def turn(seconds: float) -> None:
            """Run the window."""
            QTimer.singleShot(round(seconds * 1000), lambda: application.exit(0))  # `quit` would close the window
            if not stop.is_set():
                application.exec()

        raiser.turn()
        turn(2.0)
        raiser.rise()
        over = threading.Event()
        # as in the program, where another process looks: its answers come on the thread of the connection
        thread = threading.Thread(target=_look, args=(raiser, over), name="engine", daemon=True)
        delay = LoopDelay(time.monotonic)
        delay.start()
        thread.start()
        turn(WATCH_S)
        delay.stop()
        over.set()
        thread.join()
        panel = window.panel(AlarmsPanel)
        panel.refresh()
        cards = [card.alarm for card in panel.model.cards]
        feed.stop()
        window.leave()
    return {
        "cards": float(len(cards)),
        "covered": float(sum(one.affected if one.members else 1 for one in cards)),
        "engine_ms": raiser.longest_s * 1000.0,
        "p99_ms": delay.delays().p99_ms,
        "said": float(len(spoken)),
        "over": float(_begun_too_soon(spoken)),
    }


def _look(raiser: _Raiser, over: threading.Event) -> None:
    while not over.wait(LOOK_S):
        raiser.turn()


def _begun_too_soon(spoken: list[tuple[float, str]]) -> int:
    """How many were begun while the one before was being said, by the time that a voice needs for it."""
    from groundstation.ui.alarms.alarm_voice import SECONDS_A_LETTER

    pairs = itertools.pairwise(spoken)
    return sum(after_s - at_s < SECONDS_A_LETTER * len(text) for (at_s, text), (after_s, _) in pairs)
