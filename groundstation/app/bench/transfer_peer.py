# SPDX-License-Identifier: Apache-2.0
"""MAVSDK uploads the same plan, or reads the same parameters, over the same way; prints what came of it.

Run by `groundstation bench transfers` as `python -m groundstation.app.bench.transfer_peer send|read LOSS SEED COUNT`.
MAVSDK has threads and a clock of its own: the vehicle flies in real time here, behind a socket on the loopback.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from groundstation.app.bench.lossy_vehicle import LossyVehicle
from groundstation.app.bench.transfer_run import FLAVOURS, LIMIT_S, is_there, judged, plan
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.mavlink.frames import FrameParser
from groundstation.mavlink.plan_wire import with_home

CONNECT_S = 20.0
PAUSE_S = 0.004
INT_SCALE = 1e7
NO_COORDINATES = frozenset((2,))
"""Frames in which x and y are no coordinates (MAV_FRAME_MISSION)."""


class Way:
    """The same losses between a socket and the vehicle, frame by frame, in real time."""

    def __init__(self, vehicle: LossyVehicle, port: int) -> None:
        self.vehicle, self._peer = vehicle, ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._ours = FrameParser()
        self.late_s = 0.0
        """How far the vehicle's clock was behind at most."""

    def serve(self, stop: threading.Event) -> None:
        """Fly until it is over."""
        began_s = time.monotonic()
        while not stop.is_set():
            self.late_s = max(self.late_s, time.monotonic() - began_s - self.vehicle.now_s)
            while self.vehicle.now_s < time.monotonic() - began_s:
                self.vehicle.airfield.step()
            for raw in self.vehicle.heard_raw():
                self._socket.sendto(raw, self._peer)
            self._take()
            time.sleep(PAUSE_S)
        self._socket.close()

    def _take(self) -> None:
        while True:
            try:
                data = self._socket.recv(65_536)
            except ConnectionRefusedError:
                continue
            except BlockingIOError:
                return
            for frame in self._ours.feed(data):
                self.vehicle.receive_raw(frame.raw)


def send(way: LossyVehicle, system: Any, count: int) -> Callable[[], dict[str, object]]:
    """Upload; returns what judges it at the vehicle."""
    library = _library("mavsdk.plugins.mission_raw.mission_raw")
    wanted = plan(count)
    items = with_home(wanted, PlanKind.MISSION, way.autopilot, None)
    talk, is_done = library.MissionRaw(system), True
    try:
        talk.upload_mission([_item(library.MissionItem, number, one) for number, one in enumerate(items)])
    except library.MissionRawError:
        is_done = False
    return lambda: {"is_told_done": is_done, "is_read_back": False, "is_there": is_there(way, wanted)}


def _item(make: Any, number: int, one: Any) -> Any:
    scale = 1.0 if one.frame in NO_COORDINATES else INT_SCALE
    return make(
        seq=number, frame=one.frame, command=int(one.command), current=int(number == 0),
        autocontinue=1, param1=one.params[0], param2=one.params[1], param3=one.params[2],
        param4=one.params[3], x=round(one.x * scale), y=round(one.y * scale), z=one.z, mission_type=0,
    )  # fmt: skip


def read(way: LossyVehicle, system: Any, _count: int) -> Callable[[], dict[str, object]]:
    """Read all; returns what judges it at the vehicle."""
    told = _library("mavsdk.plugins.param").Param(system).get_all_params()
    found = {one.name: float(one.value) for one in (*told.int_params, *told.float_params)}

    def judge() -> dict[str, object]:
        # it says nothing of being whole: what it gives is taken for all
        result: dict[str, object] = msgspec.to_builtins(judged(way, found, is_told_whole=bool(found), took_s=0.0))
        return result

    return judge


def _library(name: str) -> Any:
    """It has no types, and is not there where the benchmark is measured without it."""
    return importlib.import_module(name)


def main(what: str, loss: float, seed: int, count: int) -> dict[str, object]:
    """One transfer."""
    library = _library("mavsdk")
    way = LossyVehicle(FLAVOURS[seed % len(FLAVOURS)], loss, seed, parameters=count if what == "read" else None)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kind = library.ComponentType.GROUND_STATION
    peer = library.Mavsdk(library.Configuration.create_with_component_type(kind))
    peer.add_any_connection(f"udpin://127.0.0.1:{port}")
    stop, link = threading.Event(), Way(way, port)
    thread = threading.Thread(target=link.serve, args=(stop,), name="lossy-way", daemon=True)
    thread.start()
    try:
        system = peer.first_autopilot(timeout_s=CONNECT_S)
        if system is None:
            sys.exit("MAVSDK found no vehicle")
        began_s = time.monotonic()
        judge = (send if what == "send" else read)(way, system, count)
        took_s = min(time.monotonic() - began_s, LIMIT_S)
    finally:
        stop.set()
        thread.join()
    return {**judge(), "took_s": took_s, "late_s": link.late_s}


if __name__ == "__main__":
    # it logs to the standard output
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    words = sys.argv[1:]
    result = main(words[0], float(words[1]), int(words[2]), int(words[3]))
    os.write(out, msgspec.json.encode(result))
    # its threads and the C library are not waited for
    os._exit(0)
