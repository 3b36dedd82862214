# SPDX-License-Identifier: Apache-2.0
"""One simulated autopilot: bytes and ticks in, bytes and a flight demand out.

Holds what one vehicle knows and ties its parts together; what each firmware does in its own way stands behind
`Firmware`. Sans-I/O: no socket, no clock, no thread. Times are seconds of the simulation.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from groundstation.simulator.engine.arming import Arming
from groundstation.simulator.engine.boot import FIRST_BURST_S, READY_AGE_S
from groundstation.simulator.engine.commands import is_order
from groundstation.simulator.engine.failsafes import Failsafes
from groundstation.simulator.engine.field import Field, Spot
from groundstation.simulator.engine.flavour import Flavour
from groundstation.simulator.engine.flight import Demand, Motion
from groundstation.simulator.engine.guidance import Guidance
from groundstation.simulator.engine.jobs import Jobs
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.mission_transfer import MissionTransfer
from groundstation.simulator.engine.missions import MissionPlan
from groundstation.simulator.engine.parameters import PARAM_VALUE, UNINDEXED, Parameter, ParameterSet
from groundstation.simulator.engine.schedule import HEARTBEAT, Schedule
from groundstation.simulator.engine.wire import Message, known_type

Values = dict[str, Any]
"""Field name to value, of a message of telemetry."""
MAX_LINKS = 8
"""Like the serial ports of a real autopilot; a further connection replaces the oldest."""
_STATUSTEXT = 253
_TEXT_LENGTH = 50
_REBOOT_S = 1.0
"""From the acknowledged reboot to the new life."""


@dataclass(frozen=True)
class Firmware:
    """What a firmware fills in for one of its flavours; the parts of a vehicle are made anew in each of its lives."""

    flavour: Flavour
    arming: Callable[[Vehicle], Arming]
    failsafes: Callable[[Vehicle], Failsafes]
    guidance: Callable[[Vehicle], Guidance]
    transfer: Callable[[Vehicle], MissionTransfer]
    parameters: type[ParameterSet]
    builders: Mapping[int, Callable[[Vehicle], Values | None]]
    """Message id to what fills it; ``None`` when a real one would not send it now."""
    begin: Callable[[Vehicle], None]
    """Starts what a life does of its own accord."""
    take: Callable[[Vehicle, Link, Message], None]
    """Is given every frame that arrives."""


class Vehicle:
    """One simulated autopilot with all its links."""

    def __init__(
        self,
        system: int,
        firmware: Firmware,
        field: Field,
        *,
        tick_s: float,
        epoch_unix_s: float,
        seed: int,
        ready: bool = False,
        now_s: float = 0.0,
        number: int | None = None,
        overrides: dict[str, float] | None = None,
        parameter_count: int | None = None,
    ) -> None:
        """Power on at ``now_s``.

        Args:
            system: MAVLink system id, 1 to 254.
            firmware: Which autopilot it plays.
            field: The ground it stands on.
            tick_s: Seconds between two ticks; no stream is faster.
            epoch_unix_s: Unix time of simulation second 0.
            seed: Makes its unique ids.
            ready: Skip the boot: begin at an age at which it may be armed.
            now_s: Simulation time.
            number: Tells it from others with its system id, on other networks; ``None`` for its system id.
            overrides: Parameter values of this vehicle.
            parameter_count: How many parameters it lists, ``None`` for all.
        """
        self.system = system
        self.firmware = firmware
        self.flavour = flavour = firmware.flavour
        self.field = field
        self.tick_s = tick_s
        self.think_s = 2.0 * tick_s
        """Guidance and watches run every other tick."""
        self.epoch_unix_s = epoch_unix_s
        self.uid = hashlib.sha256(f"{seed}/{system if number is None else number}".encode()).digest()[:18]
        values = {flavour.system_id_parameter: float(system), **(overrides or {})}
        self.parameters = firmware.parameters(flavour.parameters, values, parameter_count)
        self.links: list[Link] = []
        self.motion = Motion()
        self.now_s = now_s
        self._jobs = Jobs()
        self.is_commanded = False
        """Whether somebody has given it an order since the simulation began, over all its lives."""
        self.plans = {kind: MissionPlan(kind) for kind in (0, 1, 2)}
        self._boot(now_s - READY_AGE_S if ready else now_s)

    def _boot(self, at_s: float) -> None:
        """Begin a life: everything but parameters and missions is forgotten."""
        self.booted_at_s = at_s
        self.mode = self.flavour.first_mode
        self.home: Spot | None = None
        self.is_gps_lost = False
        self.servo_us: dict[int, int] = {}
        """Servo outputs set by command, 1-based channel to microseconds."""
        self.answer_delay_s = 0.0
        """A fault: every command's answer comes this much later."""
        self.is_mute = False
        """A fault: commands are executed and not acknowledged."""
        self.arming = self.firmware.arming(self)
        self.failsafes = self.firmware.failsafes(self)
        self.guidance = self.firmware.guidance(self)
        self.transfer = self.firmware.transfer(self)
        self._is_mode_new = False
        self._demand = Demand()
        # odd and even ids think in turn, so that no tick bears the work of all vehicles
        self._is_thinking = bool(self.system & 1)
        self._frozen: Spot | None = None
        self._jobs.clear()
        age_s = self.age_s
        self._told = sum(1 for said in self.flavour.boot.texts if said.age_s < age_s)
        self._has_burst = age_s >= FIRST_BURST_S
        self._text_count = 0
        self.firmware.begin(self)

    # --- what it knows --------------------------------------------------

    @property
    def age_s(self) -> float:
        """Seconds since power-on; negative while a reboot is under way."""
        return self.now_s - self.booted_at_s

    @property
    def boot_ms(self) -> int:
        """The boot clock of the telemetry; it starts 0.6 s after the process."""
        return max(int((self.age_s - 0.6) * 1000.0), 0)

    @property
    def armed(self) -> bool:
        """Are the motors armed."""
        return self.arming.is_armed

    @property
    def position(self) -> Spot:
        """Where the vehicle flies by: truth plus the estimator's error."""
        motion = self.motion
        return Spot(
            motion.north_m + motion.estimate_north_m,
            motion.east_m + motion.estimate_east_m,
            motion.down_m + motion.estimate_down_m,
        )

    @property
    def reported_position(self) -> Spot:
        """What telemetry says: the position, frozen while the GPS is lost."""
        return self.position if self._frozen is None else self._frozen

    @property
    def height_home_m(self) -> float:
        """Height above home, above the field's ground before home is known."""
        return (self.home.down_m if self.home else 0.0) - self.position.down_m

    @property
    def has_position(self) -> bool:
        """Does the estimator use a working GPS."""
        return self.age_s >= self.flavour.boot.position_s and not self.failsafes.has_lost_position

    def lose_gps(self) -> None:
        """Take the GPS away (a fault)."""
        self.is_gps_lost = True
        self._frozen = self.position
        self.failsafes.gps_lost()

    def restore_gps(self) -> None:
        """Give the GPS back."""
        self.is_gps_lost = False
        self._frozen = None
        self.failsafes.gps_back()

    # --- links ----------------------------------------------------------

    @property
    def most_peers(self) -> int:
        """How many ground stations it serves on one UDP port."""
        return self.flavour.most_peers

    def open_link(self) -> Link:
        """Take a new connection; the oldest is hung up when there are too many."""
        schedule = Schedule(shortest_s=self.tick_s, defaults=dict(self.flavour.default_intervals_s))
        link = Link(self.system, schedule, self.flavour.first_as_v1)
        self._start_schedule(link)
        self.links.append(link)
        if len(self.links) > MAX_LINKS:  # the new one is in use, the oldest perhaps long dead
            self.close_link(self.links[0])
        return link

    def _start_schedule(self, link: Link) -> None:
        """Start a link's telemetry in step with the vehicle's heartbeat."""
        first_s = self.booted_at_s + self.flavour.boot.heartbeat_s % 1.0
        link.schedule.start(first_s + max(math.ceil(self.now_s - first_s - 1e-9), 0))

    def close_link(self, link: Link) -> None:
        """Forget a connection."""
        link.is_closed = True
        if link in self.links:
            self.links.remove(link)
        self.transfer.forget(link)

    def broadcast(self, number: int, **values: object) -> None:
        """Send one message on every link."""
        payload = known_type(number).payload(values)
        for link in self.links:
            link.send(number, payload)

    def say(self, severity: int, text: str) -> None:
        """Send a text on every link, in pieces when it is long (STATUSTEXT).

        Args:
            severity: MAV_SEVERITY.
            text: Of any length.
        """
        pieces = [text[start : start + _TEXT_LENGTH] for start in range(0, len(text), _TEXT_LENGTH)]
        number = self._text_count
        if self.flavour.numbers_texts:
            self._text_count = (number + 1) & 0xFFFF
        elif len(pieces) > 1:
            self._text_count = number = number % 0xFFFF + 1
        else:
            number = 0
        for place, piece in enumerate(pieces):
            self.broadcast(_STATUSTEXT, severity=severity, text=piece, id=number, chunk_seq=place)

    def payload(self, number: int) -> bytes | None:
        """Pack a message of telemetry, ``None`` when it is not available now."""
        build = self.firmware.builders.get(number)
        boot = self.flavour.boot
        if build is None or self.age_s < (boot.heartbeat_s - 1e-6 if number == HEARTBEAT else boot.telemetry_s):
            return None
        values = build(self)
        return None if values is None else known_type(number).payload(values)

    def announce(self, number: int) -> None:
        """Send one telemetry message on every link now, if it can be made."""
        payload = self.payload(number)
        if payload is not None:
            for link in self.links:
                link.send(number, payload)

    def echo_parameter(self, parameter: Parameter, link: Link | None = None, *, index: int = UNINDEXED) -> None:
        """Send a PARAM_VALUE on one link, on all of them when ``link`` is ``None``."""
        payload = self.parameters.payload(parameter, index)
        for target in self.links if link is None else (link,):
            target.send(PARAM_VALUE, payload)

    def list_parameters(self, link: Link) -> None:
        """Start, or restart, sending all parameters on one link."""
        link.listed = 0

    def later(self, delay_s: float, job: Callable[[], None]) -> None:
        """Do something after a delay; forgotten by a reboot."""
        self._jobs.add(self.now_s + delay_s, job)

    def at_age(self, age_s: float, job: Callable[[], None]) -> None:
        """Do something at an age, at once when it is past; forgotten by a reboot."""
        self.later(max(age_s - self.age_s, 0.0), job)

    # --- bytes and ticks ------------------------------------------------

    def receive(self, link: Link, data: bytes, now_s: float) -> None:
        """Take bytes that arrived on a link; answers wait in the links' output."""
        self.now_s = now_s
        if self.age_s < 0.0 or link.is_silent:
            return
        for message in link.parser.feed(data):
            self.is_commanded = self.is_commanded or is_order(message, self.system)
            self.firmware.take(self, link, message)
            self._show_mode()

    def tick(self, now_s: float, motion: Motion) -> Demand:
        """Go on to ``now_s``.

        Args:
            now_s: Simulation time in seconds, rising.
            motion: What the last step of the physics made of the last demand.

        Returns:
            What to ask of the motors until the next tick.
        """
        self.now_s = now_s
        self.motion = motion
        if self.age_s < 0.0:
            return Demand()
        self._jobs.run_due(now_s)
        if self.age_s < 0.0:  # one of the jobs was a reboot
            return Demand()
        self._is_thinking = not self._is_thinking
        if self._is_thinking:
            self._think()
        self._send_telemetry()
        return self._demand

    def _think(self) -> None:
        """Watch, decide and steer: every other tick."""
        self._grow_up()
        self.failsafes.tick()
        self.arming.tick()
        self.transfer.tick()
        self._demand = self.guidance.tick()
        self._show_mode()

    def _grow_up(self) -> None:
        """Do what the age brings: the first burst, boot texts, home, clock messages."""
        age_s = self.age_s
        boot = self.flavour.boot
        if not self._has_burst and age_s >= FIRST_BURST_S:
            self._has_burst = True
            for name in boot.burst:
                parameter = self.parameters.find(name)
                if parameter is not None:
                    self.echo_parameter(parameter)
        while self._told < len(boot.texts) and boot.texts[self._told].age_s <= age_s:
            said = boot.texts[self._told]
            self._told += 1
            self.say(said.severity, said.text.format(elevation=round(self.field.altitude_amsl_m)))
        if self.home is None and age_s >= boot.home_s:
            self.set_home(self.position)

    def _show_mode(self) -> None:
        """Show a new mode at once, after the ack of whatever changed it."""
        if self._is_mode_new and self.flavour.shows_mode_at_once:
            self._is_mode_new = False
            self.announce(HEARTBEAT)

    def _send_telemetry(self) -> None:
        made: dict[int, bytes | None] = {}  # the same payload serves all links; only their frames differ
        for link in self.links:
            self._send_parameters(link)
            for number in link.schedule.due(self.now_s):
                if number not in made:
                    made[number] = self.payload(number)
                payload = made[number]
                if payload is not None:
                    link.send(number, payload)

    def _send_parameters(self, link: Link) -> None:
        """Go on with a list of parameters, as fast as the flavour lists them."""
        start = link.listed
        if start is None:
            return
        for index in range(start, start + max(int(self.flavour.parameters_per_s * self.tick_s), 1)):
            parameter = self.parameters.at(index)
            if parameter is None:
                link.listed = None
                return
            if not link.has_room:  # goes on where it stopped, once somebody has read
                return
            self.echo_parameter(parameter, link, index=index)
            link.listed = index + 1

    # --- what is done to it ---------------------------------------------

    def set_mode(self, mode: int) -> None:
        """Change the flight mode; a HEARTBEAT shows it, at once or when the next one is due."""
        self.mode = mode
        self._is_mode_new = True
        self.guidance.enter(mode)

    def stand(self, motion: Motion) -> None:
        """Be put on the field before the first tick; one that skipped its boot knows its home already."""
        self.motion = motion
        if self.age_s >= self.flavour.boot.home_s:
            self.home = self.position

    def set_home(self, spot: Spot) -> None:
        """Move home and tell every link."""
        self.home = spot
        for number in self.flavour.home_messages:
            self.announce(number)

    def reboot(self) -> None:
        """Hang up all links within a second and begin a new life."""
        self.later(0.5, self._restart)

    def _restart(self) -> None:
        for link in list(self.links):
            self.close_link(link)
        counter = self.flavour.boot_count_parameter
        if counter is not None:
            self.parameters.store(counter, self.parameters.value(counter) + 1)
        self._boot(self.now_s + _REBOOT_S - FIRST_BURST_S)
