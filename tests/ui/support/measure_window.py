# SPDX-License-Identifier: Apache-2.0
"""Measure the window under load: `python -m tests.ui.support.measure_window [vehicles] [seconds] [width height]`.

Messages come from a thread of their own, as they do from the broker.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from PySide6.QtCore import QSettings, QTimer

from groundstation.ui.application import make_application
from groundstation.ui.main_window import MainWindow
from tests.ui.support.show_window import Show, say

WARM_UP_S = 6.0


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
    is_over = threading.Event()

    def send():
        due_s = time.monotonic()
        while not is_over.is_set():
            show.step()
            due_s += 0.1
            is_over.wait(max(0.0, due_s - time.monotonic()))

    sender = threading.Thread(target=send, name="sender")
    show.feed.start()
    sender.start()
    start = {}

    def begin():
        show.feed._delay._delays_s.clear()
        start.update(cpu=time.process_time(), folded=show.feed.stats().folded, at=time.monotonic())

    def end():
        stats, elapsed_s = show.feed.stats(), time.monotonic() - start["at"]
        say(f"{count} vehicles, {(stats.folded - start['folded']) / elapsed_s:.0f} messages/s, {size[0]}x{size[1]}")
        say(f"processor {100 * (time.process_time() - start['cpu']) / elapsed_s:.0f} % with the sender's share")
        say(f"loop delay p50 {stats.delays.p50_ms:.1f} p99 {stats.delays.p99_ms:.1f} max {stats.delays.max_ms:.1f} ms")
        say(f"slowest tick {stats.slowest_tick_ms:.1f} ms, dropped {show.feed.counts.dropped}")
        is_over.set()
        app.quit()

    QTimer.singleShot(int(WARM_UP_S * 1000), begin)
    QTimer.singleShot(int((WARM_UP_S + seconds) * 1000), end)
    app.exec()
    sender.join()
    window.close()


if __name__ == "__main__":
    main()
