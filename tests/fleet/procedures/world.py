# SPDX-License-Identifier: Apache-2.0
"""Vehicles, a station's real operations and procedures; seconds pass by hand."""

from __future__ import annotations

import itertools

from msgspec.structs import replace

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Actor, CommandReport, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.control import Control
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home, Position
from groundstation.fleet.operations import Operations
from groundstation.fleet.procedures.carrier import OperationsCarrier
from groundstation.fleet.procedures.procedure import Procedure
from groundstation.fleet.procedures.procedure_file import read_procedures
from groundstation.fleet.procedures.progress import StepNote, StepState
from groundstation.fleet.procedures.run import Look, Run
from groundstation.fleet.procedures.runs import Runs
from groundstation.fleet.status import Armed, Landed, LandedState, Mode
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS
from tests.support.updates import live

AYSE, CEM = Actor(op="ayse", gs="gs-1"), Actor(op="cem", gs="gs-2")
ONE, TWO, THREE = KEYS = [VehicleKey("sim", f"uav-{number}") for number in (1, 2, 3)]
TICK_S = 0.1


def procedure(text: str) -> Procedure:
    """One procedure of these steps, each a line of YAML."""
    lines = "".join(f"      {line}\n" for line in text.strip("\n").splitlines())
    (found,) = read_procedures("t.yaml", f"procedures:\n  - name: t\n    steps:\n{lines}".encode())
    return found


class World:
    """Vehicles that are what a test makes them."""

    def __init__(self) -> None:
        numbers = itertools.count()
        self.now_s = 1_000.0
        self.operations = Operations(AYSE, lambda: f"id-{next(numbers):05}", lambda: 1.7e9 + self.now_s)
        self.said: list[str] = []
        carrier = OperationsCarrier(self.operations, lambda: self.now_s, None, self.said.append)
        self.runs = Runs(AYSE, carrier, lambda: f"run-{next(numbers)}")
        self.states: dict[VehicleKey, VehicleState] = {}
        self.sent: list[tuple[VehicleKey, CommandRequest]] = []
        self.notes: list[StepNote] = []
        for key in KEYS:
            info = VehicleInfo(
                name=key.id, sysid=1, kind=VehicleKind.MULTICOPTER, autopilot=Autopilot.ARDUPILOT, modes=("GUIDED",),
                verbs=tuple(verb.value for verb in VERBS),
            )  # fmt: skip
            self.states[key] = VehicleState(
                key=key, info=info, session="life-1", clock_offset_s=0.0, control=Control(owner=AYSE, lease=7),
                connection=Connection(state=LinkState.ONLINE, via="b"),
            )  # fmt: skip
            self.tell(key)

    def tell(self, key, charge=0.9, height_m=0.0, armed=False):
        """Telemetry of this moment."""
        at_s, landed = self.now_s, LandedState.IN_AIR if height_m > 1.0 else LandedState.ON_GROUND
        self.states[key] = replace(
            self.states[key], battery=(BatteryPack(at_s=at_s, charge_fraction=charge),),
            armed=Armed(at_s=at_s, is_armed=armed), landed=Landed(at_s=at_s, state=landed),
            mode=Mode(at_s=at_s, name="GUIDED"), home=Home(at_s=at_s, lat_deg=41.0, lon_deg=39.7, height_amsl_m=100.0),
            position=Position(at_s=at_s, lat_deg=41.0, lon_deg=39.7, height_home_m=height_m, height_amsl_m=100.0),
        )  # fmt: skip

    def change(self, key, **fields):
        self.states[key] = replace(self.states[key], **fields)

    def lose(self, key):
        self.change(key, connection=Connection(state=LinkState.OFFLINE, via="b"))

    @property
    def look(self) -> Look:
        return Look(self.states.get, self.operations.book.get, self.now_s, 1.7e9 + self.now_s)

    def start(self, text, keys=(ONE,)) -> Run:
        found = self.runs.start(procedure(text), keys, self.operations.book)
        self.tick(0.0)
        return found

    def tick(self, seconds=TICK_S):
        self.now_s += seconds
        for key, state in self.states.items():
            # its bridge is heard though the vehicle may not be
            self.states[key] = replace(state, link_received_s=self.now_s)
        for key, one in self.operations.tick(self.states.get, self.now_s, is_connected=True):
            if isinstance(one, CommandRequest):
                self.sent.append((key, one))
        records = [one.record for one in self.operations.book.take_transitions()]
        self.runs.tick(records, self.look)
        self.notes += self.runs.take_notes()

    def pass_time(self, seconds):
        for _ in range(round(seconds / TICK_S)):
            self.tick()

    def orders(self, verb=None):
        """What went out: vehicle, verb."""
        return [(key, one.verb) for key, one in self.sent if verb in (None, one.verb)]

    def end(self, key, state=CommandState.SUCCEEDED, verb=None, reason=Reason.NONE):
        """A bridge tells the end of the newest command of a vehicle."""
        found = [one for other, one in self.sent if other == key and verb in (None, one.verb)][-1]
        report = CommandReport(
            id=found.id, state=state, step=9, verb=found.verb, by=found.by, batch=found.batch, reason=reason
        )
        self.operations.fold([live("", report, self.now_s, key=key)])
        self.tick(0.0)

    def hear_order(self, key, verb, state, by=CEM, reason=Reason.NONE):
        """A command of another station."""
        report = CommandReport(id=f"theirs-{verb.value}", state=state, step=1, verb=verb, by=by, reason=reason)
        self.operations.fold([live("", report, self.now_s, key=key)])
        self.tick(0.0)

    def records(self, run) -> list[CommandRecord]:
        return self.operations.book.of_batch(run.name)


def states(run: Run, number: int) -> list[str]:
    """A step, from 1, for each vehicle."""
    return [run.cell(number, key).state.value for key in run.keys]


def words(run: Run, number: int, key=ONE) -> str:
    return str(run.cell(number, key).said)


__all__ = ["CEM", "KEYS", "ONE", "THREE", "TWO", "CommandState", "Reason", "StepState", "Verb", "World", "procedure"]
