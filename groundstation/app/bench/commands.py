# SPDX-License-Identifier: Apache-2.0
"""`bench commands`: thousands of orders through losses, repetitions, reordering and kills, counted at the vehicles.

Broker and bridge are real processes, ended with SIGKILL again and again. The same faults are given to a client that is
written as plain clients are, which must fail: that shows that the harness can see a fault.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import msgspec

from groundstation.app.bench.bad_bus import BadBus, badly_delivered
from groundstation.app.bench.fake_fleet import USER_COMMAND, Executed, FakeFleet, LinkFaults
from groundstation.app.bench.report import Comparison, Report
from groundstation.app.processes import Child
from groundstation.app.wiring import StationBus, client_id, free_udp_port
from groundstation.fleet.commands import Actor, Args, CommandState, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import bridge_clock_ms
from groundstation.fleet.roster import Fleet
from groundstation.fleet.verbs import VERBS
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import Message
from groundstation.transport.commander import Commander
from groundstation.transport.embedded_broker import HOST, free_port
from groundstation.transport.inbox import Inbox
from groundstation.ui.resources import resource

LOSS, TWICE, LATE = 0.10, 0.10, 0.10
"""Shares of requests that are lost, repeated, and sent late; a tenth of the reports back is lost too."""
LINK = LinkFaults(loss=LOSS, jitter_s=0.2)
SLACK_S = LINK.jitter_s + 0.25
"""How long after its deadline an order may still reach a vehicle: the link's own delay, and this machine's."""
DOWN_S = {"broker": 1.0, "bridge": 0.5}
TICK_S = 0.01
STALL_S = 240.0
"""Without any order ending for so long the trial is given up."""
NEVER_EXECUTED = frozenset({CommandState.EXPIRED, CommandState.REJECTED})
"""Ends that promise that nothing was executed."""
# only what a bridge answers to orders is lost on the way back; telemetry comes as it is
_SPOILT = (topics.CMD_ACK, topics.CTL)


class Order(msgspec.Struct):
    """One order, as its station saw it."""

    sent_s: float | None = None
    end: str | None = None


class Tally(msgspec.Struct, frozen=True):
    """What was wrong in a trial."""

    twice: int
    late: int
    endless: int
    untrue: int
    """Orders whose end promises that nothing was executed, and something was."""
    executed: int
    ends: dict[str, int]
    broker_kills: int
    bridge_kills: int

    @property
    def faults(self) -> int:
        """All together."""
        return self.twice + self.late + self.endless + self.untrue


def tally(
    orders: dict[int, Order], executed: list[Executed], ttl_s: float, kills: dict[str, int], never: frozenset[str]
) -> Tally:
    """Compare what vehicles executed with what the station says of each order.

    Args:
        orders: by number.
        executed: by the vehicles.
        ttl_s: how long an order is valid after it was sent.
        kills: of broker and bridge.
        never: ends that promise that nothing was executed.
    """
    counts: dict[int, int] = {}
    late = 0
    for one in executed:
        counts[one.order] = counts.get(one.order, 0) + 1
        order = orders.get(one.order)
        # an order that its station never sent, or does not know, is late whenever it is executed
        late += order is None or order.sent_s is None or one.at_s > order.sent_s + ttl_s + SLACK_S
    ends: dict[str, int] = {}
    for order in orders.values():
        ends[order.end or "none"] = ends.get(order.end or "none", 0) + 1
    return Tally(
        twice=sum(count > 1 for count in counts.values()),
        late=late,
        endless=ends.get("none", 0),
        untrue=sum(order.end in never and counts.get(number, 0) > 0 for number, order in orders.items()),
        executed=len(counts),
        ends=ends,
        broker_kills=kills["broker"],
        bridge_kills=kills["bridge"],
    )


class Killer:
    """Ends broker and bridge with SIGKILL, and starts them again a little later."""

    def __init__(self, children: dict[str, Child], every: dict[str, int]) -> None:
        """Begin.

        Args:
            children: by name.
            every: a kill after so many orders, by name.
        """
        self._children, self._every = children, every
        self._due = dict(every)
        self._again_s: dict[str, float] = {}
        self.kills = dict.fromkeys(children, 0)

    def look(self, given: int, now_s: float) -> None:
        """Kill and start what is due."""
        for name, child in self._children.items():
            if name in self._again_s:
                if now_s >= self._again_s[name]:
                    self._again_s.pop(name)
                    child.start()
            elif given >= self._due[name]:
                self._due[name] = given + self._every[name]
                self._again_s[name] = now_s + DOWN_S[name]
                self.kills[name] += 1
                # SIGKILL: it can't say goodbye or write anything down, as in a power cut
                child.kill()

    def finish(self) -> None:
        """Start what is down, and kill nothing more."""
        for name in list(self._again_s):
            self._children[name].start()
        self._again_s.clear()


def run(commands: int, vehicles: int, seed: int, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure.

    Args:
        commands: how many orders; the plain client gets a tenth of them, and at least 200.
        vehicles: how many take them, one at a time each.
        seed: of the faults.
        stop: ends it early, with what is there.
        say: told what is being done.
    """
    say(f"{commands} orders to {vehicles} vehicles, seed {seed}; Ctrl-C ends it early")
    ours = try_ours(commands, vehicles, seed, stop, say)
    say(f"ours: {ours.ends}, {ours.broker_kills} broker kills, {ours.bridge_kills} bridge kills")
    plain = try_plain(max(200, commands // 10), vehicles, seed, kill_every(commands), stop)
    say(f"plain client: {plain.ends}, {plain.broker_kills} broker kills, {plain.bridge_kills} bridge kills")
    rows = (
        ("orders executed twice", ours.twice, plain.twice),
        ("orders executed after their deadline", ours.late, plain.late),
        ("orders without an end", ours.endless, plain.endless),
        ("orders executed that were said not to be", ours.untrue, plain.untrue),
    )
    figures = tuple(
        Comparison(name=name, unit="", value=value, peer=peer, goal=0, is_by_ratio=False) for name, value, peer in rows
    )
    seen = Comparison(
        name="faults that the harness sees in the plain client", unit="", value=plain.faults, goal=1, wanted="at_least"
    )
    settings = {
        "commands": float(commands),
        "vehicles": float(vehicles),
        "seed": float(seed),
        "executed": float(ours.executed),
        "broker_kills": float(ours.broker_kills),
        "bridge_kills": float(ours.bridge_kills),
        **{f"ended_{state}": float(count) for state, count in sorted(ours.ends.items())},
    }
    return Report(bench="commands", settings=settings, comparisons=(*figures, seen))


def kill_every(commands: int) -> dict[str, int]:
    """50 kills of the broker and 20 of the bridge in a whole trial; in a short one at least one of each."""
    return {"broker": max(40, commands // 50), "bridge": max(90, commands // 20)}


def try_ours(commands: int, vehicles: int, seed: int, stop: threading.Event, say: Callable[[str], None]) -> Tally:
    """The product under trial."""
    port, udp = free_port(), free_udp_port()
    url = BrokerUrl(host=HOST, port=port)
    link = f"udpin:{HOST}:{udp}"
    children = {
        "broker": Child("broker", ["broker", "--port", str(port)]),
        "bridge": Child("bridge", ["bridge", "--broker", url.shown, "--link", link, "--id", "bench"]),
    }
    fleet = FakeFleet(vehicles, (HOST, udp), LINK, seed)
    trial = _OurTrial(url, vehicles, seed)
    killer = Killer(children, kill_every(commands))
    for child in children.values():
        child.start()
    fleet.start()
    try:
        orders = trial.run(commands, killer, stop, say)
        # what is still on the link is executed before it is counted
        time.sleep(SLACK_S)
    finally:
        trial.close()
        fleet.stop()
        for child in reversed(children.values()):
            child.kill()
    ttl_s = VERBS[Verb.MAV_CMD].ttl_ms / 1000.0
    return tally(orders, fleet.executed, ttl_s, killer.kills, frozenset(one.value for one in NEVER_EXECUTED))


class _OurTrial:
    """A station that gives order after order."""

    def __init__(self, url: BrokerUrl, vehicles: int, seed: int) -> None:
        rng = random.Random(seed)
        self._inbox, self._fleet = Inbox(), Fleet()
        actor = Actor(op="bench", gs=client_id("bench"))
        self._bus = StationBus(url, ("fleet",), self._inbox, role="bench", actor=actor, on_message=self._take)
        self._spoilt = badly_delivered(self._inbox.offer, LOSS, rng)
        bad = BadBus(self._bus.worker, LOSS, TWICE, LATE, rng)
        self._commander = Commander(actor, bad)
        self._keys = [VehicleKey("fleet", f"uav-{number}") for number in range(1, vehicles + 1)]
        self._busy: dict[VehicleKey, tuple[int, str]] = {}
        self._orders: dict[int, Order] = {}

    def _take(self, message: Message) -> None:
        take = self._spoilt if message.topic.endswith(_SPOILT) else self._inbox.offer
        take(message)

    def run(self, commands: int, killer: Killer, stop: threading.Event, say: Callable[[str], None]) -> dict[int, Order]:
        """Give orders until all have their end."""
        self._bus.start()
        moved_s, told = time.monotonic(), 0
        while not stop.wait(TICK_S):
            now_s = time.monotonic()
            if self._turn(now_s):
                moved_s = now_s
            if len(self._orders) < commands:
                self._give(commands, now_s)
                killer.look(len(self._orders), now_s)
            else:
                # the last orders need broker and bridge for their ends
                killer.finish()
                if not self._busy:
                    break
            if now_s - moved_s > STALL_S:
                break
            if len(self._orders) >= told + 1_000:
                told = len(self._orders)
                say(f"{told} orders given")
        return self._orders

    def _turn(self, now_s: float) -> bool:
        """One turn; True when an order has ended."""
        del now_s
        updates = self._inbox.drain().updates
        self._fleet.fold(updates)
        for transition in self._commander.tick(updates, self._fleet):
            record = transition.record
            # vehicles see param1 and never the id of a command, so it carries the number of the order
            number = int(record.args.get("param1") or 0)
            order = self._orders.get(number)
            if order is not None and record.state is CommandState.SENT:
                order.sent_s = record.changed_s
        ended = [key for key, (_, command) in self._busy.items() if self._is_over(key, command)]
        for key in ended:
            number, command = self._busy.pop(key)
            record_ = self._commander.operations.book.get(key, command)
            self._orders[number].end = record_.state.value if record_ is not None else None
        return bool(ended)

    def _is_over(self, key: VehicleKey, command: str) -> bool:
        record = self._commander.operations.book.get(key, command)
        return record is None or record.is_over

    def _give(self, commands: int, now_s: float) -> None:
        # most of what an operator asks is asked while there is a broker; what isn't fails at once
        if not self._commander.is_connected and number_is_spared(len(self._orders)):
            return
        for key in self._keys:
            state = self._fleet.get(key)
            if key in self._busy or len(self._orders) >= commands or bridge_clock_ms(state, now_s) is None:
                continue
            number = len(self._orders) + 1
            args: Args = {"command": float(USER_COMMAND), "param1": float(number)}
            batch = self._commander.operations.order([key], Verb.MAV_CMD, args, now_s)
            self._orders[number] = Order()
            self._busy[key] = (number, self._commander.operations.book.of_batch(batch)[0].id)

    def close(self) -> None:
        """Disconnect."""
        self._bus.stop()


def number_is_spared(given: int) -> bool:
    """Whether an order waits for the broker; one in a hundred is given without."""
    return given % 100 != 0


def try_plain(commands: int, vehicles: int, seed: int, every: dict[str, int], stop: threading.Event) -> Tally:
    """A plain client and a plain bridge under the same faults, in processes of their own, killed as often."""
    port, udp = free_port(), free_udp_port()
    script = str(resource("bench/plain_commands.py"))
    children = {
        "broker": Child("broker", ["broker", "--port", str(port)]),
        "bridge": Child("plain bridge", ["bridge", HOST, str(port), str(udp)], program=[sys.executable, script]),
    }
    fleet = FakeFleet(vehicles, (HOST, udp), LINK, seed)
    killer = Killer(children, every)
    for child in children.values():
        child.start()
    fleet.start()
    faults = [str(one) for one in (seed, LOSS, TWICE, LATE)]
    station = subprocess.Popen(
        [sys.executable, script, "station", HOST, str(port), str(commands), str(vehicles), *faults],
        stdout=subprocess.PIPE,
        text=True,
    )
    orders: dict[int, Order] = {}
    try:
        assert station.stdout is not None  # noqa: S101 - asked for
        for line in station.stdout:
            if stop.is_set():
                break
            said = json.loads(line)
            order = orders.setdefault(said["order"], Order())
            order.sent_s, order.end = said.get("sent_s", order.sent_s), said.get("end", order.end)
            killer.look(len(orders), time.monotonic())
        # what the plain client sends late is still on its way
        time.sleep(3.0)
    finally:
        station.kill()
        station.wait()
        fleet.stop()
        for child in reversed(children.values()):
            child.kill()
    ttl_s = VERBS[Verb.MAV_CMD].ttl_ms / 1000.0
    return tally(orders, fleet.executed, ttl_s, killer.kills, frozenset({"not sent"}))
