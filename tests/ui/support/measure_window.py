# SPDX-License-Identifier: Apache-2.0
"""Measure the window under load: `python -m tests.ui.support.measure_window [vehicles] [seconds] [width height]`.

Messages are made by a process of their own and decoded by a thread of the window's, as they are with a broker.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time

from PySide6.QtCore import QSettings, QTimer

from groundstation.ui.application import make_application
from groundstation.ui.main_window import MainWindow
from tests.ui.support.pretend_fleet import message
from tests.ui.support.show_window import Show, say

WARM_UP_S = 6.0


class Outlet:
    def __init__(self):
        self.waiting = []

    def offer(self, one):
        self.waiting.append((one.topic, one.payload, one.retain))


def send(count, writer):
    """In its own process: what a broker would deliver, ten times a second."""
    show = Show(count, 0.0)
    show.inbox = Outlet()
    show.announce()
    due_s = time.monotonic()
    while True:
        show.step()
        writer.send(show.inbox.waiting)
        show.inbox.waiting = []
        due_s += 0.1
        time.sleep(max(0.0, due_s - time.monotonic()))


def receive(reader, inbox):
    """In a thread of the window's process: what the connection's worker does."""
    while True:
        try:
            found = reader.recv()
        except (EOFError, OSError):
            return
        for topic, payload, is_retained in found:
            inbox.offer(message(topic, payload, time.monotonic(), retain=is_retained))


def main():
    numbers = [int(one) for one in sys.argv[1:]]
    count, seconds = (numbers + [100, 30][len(numbers) :])[:2]
    size = numbers[2:4] or [1440, 900]
    settings = QSettings(f"/tmp/measure-{os.getpid()}.ini", QSettings.Format.IniFormat)
    began_s = time.monotonic()
    app = make_application(sys.argv[:1])
    show = Show(count, 0.0)
    window = MainWindow(show.feed, settings)
    window.resize(*size)
    window.show()
    app.processEvents()
    say(f"first paint after {time.monotonic() - began_s:.2f} s")
    reader, writer = multiprocessing.Pipe(duplex=False)
    sender = multiprocessing.get_context("spawn").Process(target=send, args=(count, writer), daemon=True)
    receiver = threading.Thread(target=receive, args=(reader, show.inbox), daemon=True)
    show.feed.start()
    sender.start()
    receiver.start()
    start = {}

    def begin():
        show.feed._delay._delays_s.clear()
        start.update(cpu=time.process_time(), folded=show.feed.stats().folded, at=time.monotonic())

    def end():
        stats, elapsed_s = show.feed.stats(), time.monotonic() - start["at"]
        say(f"{count} vehicles, {(stats.folded - start['folded']) / elapsed_s:.0f} messages/s, {size[0]}x{size[1]}")
        say(f"processor {100 * (time.process_time() - start['cpu']) / elapsed_s:.0f} %, decoding included")
        say(f"loop delay p50 {stats.delays.p50_ms:.1f} p99 {stats.delays.p99_ms:.1f} max {stats.delays.max_ms:.1f} ms")
        say(f"slowest tick {stats.slowest_tick_ms:.1f} ms, dropped {show.feed.counts.dropped}")
        sender.kill()
        app.quit()

    QTimer.singleShot(int(WARM_UP_S * 1000), begin)
    QTimer.singleShot(int((WARM_UP_S + seconds) * 1000), end)
    app.exec()
    window.close()


if __name__ == "__main__":
    main()
