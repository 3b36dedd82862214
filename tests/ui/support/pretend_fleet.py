# SPDX-License-Identifier: Apache-2.0
"""A pretend fleet near Trabzon as encoded MQTT messages, for tests, pictures and measurements of the window."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass, field

from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import BridgePresence, Connection, ConnReason, LinkQuality, LinkReport, LinkState
from groundstation.fleet.motion import AirData, Attitude, Home, NavigationTarget, Position, Velocity
from groundstation.fleet.navigation import (
    Environment,
    Estimator,
    GpsFix,
    GpsReceiver,
    RangeFinder,
    Terrain,
    Vibration,
    Wind,
)
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import (
    Armed,
    FlightStatus,
    Health,
    Landed,
    LandedState,
    MissionProgress,
    Mode,
    Rc,
    SensorHealth,
    SystemStatus,
    VehicleClock,
)
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message

NAMES = [
    "Şahin",
    "Doğan",
    "Atmaca",
    "Kerkenez",
    "Kartal",
    "Delice",
    "Puhu",
    "Balaban",
    "Laçin",
    "Çaylak",
    "Toygar",
    "Sığırcık",
    "Ebabil",
    "Turna",
]
HOME = (40.9920, 39.7660, 118.0)
METRES_PER_DEG = 111_320.0
SENSORS = "Türkiye/Trabzon/Orta Hisar/KTÜ"


def message(topic, payload, received_s, *, retain=False):
    return Message(topic, payload, len(payload), 0, retain, received_s)


@dataclass
class PretendVehicle:
    number: int
    root: str = "fleet"
    is_flying: bool = True
    is_heard: bool = True
    charge: float = 0.8
    mode: str = "AUTO"
    kind: VehicleKind = VehicleKind.MULTICOPTER
    conflict: str | None = None
    invalid_position: bool = False
    has_attitude: bool = True
    seqs: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        chance = random.Random(self.number)
        self.key = VehicleKey(self.root, f"uav-{self.number:02d}")
        self.sid = f"b1-{self.key.id}"
        self.name = NAMES[(self.number - 1) % len(NAMES)]
        spread = 300 + 90 * (self.number % 13)
        angle = self.number * 2.4
        self.centre = (math.cos(angle) * spread, math.sin(angle) * spread * 1.7)
        self.radius = chance.uniform(140, 320)
        self.speed = chance.uniform(8, 20) * chance.choice((-1, 1))
        self.height = chance.uniform(25, 110)
        self.phase = chance.uniform(0, 6.28)

    def wrap(self, topic, content, now_s, *, retain=False):
        seq = self.seqs[topic] = self.seqs.get(topic, -1) + 1
        ts = round(1.7637e12 + now_s * 1000)
        envelope = payloads.Envelope(sid=self.sid, seq=seq, ts=ts, bms=round(now_s * 1000), d=content)
        return message(topic, payloads.encode(envelope), now_s, retain=retain)

    def place(self, t):
        """North, east, height in metres, track in degrees, bank in degrees."""
        if not self.is_flying:
            return self.number % 5 * 12.0 - 20, self.number % 3 * 14.0, 0.0, 40.0 * self.number % 360, 0.0
        a = self.phase + t * self.speed / self.radius
        north = self.centre[0] + self.radius * math.cos(a) * (1 + 0.15 * math.cos(3 * a))
        east = self.centre[1] + self.radius * math.sin(a)
        turn = 1 if self.speed > 0 else -1
        track = (math.degrees(a) + 90 * turn) % 360
        bank = math.degrees(math.atan(self.speed**2 / self.radius / 9.81)) * turn
        return north, east, self.height + 6 * math.sin(t / 9 + self.number), track, bank

    def motion(self, t, now_s):
        north, east, height, track, bank = self.place(t)
        ground_speed = abs(self.speed) + 0.4 * math.sin(t) if self.is_flying else 0.0
        climb = 0.67 * math.cos(t / 9 + self.number) if self.is_flying else 0.0
        lat = HOME[0] + north / METRES_PER_DEG
        lon = HOME[1] + east / METRES_PER_DEG / math.cos(math.radians(HOME[0]))
        place = {"lat_deg": lat, "lon_deg": lon, "height_amsl_m": HOME[2] + height, "height_home_m": height}
        if self.invalid_position:
            place = {"height_home_m": height, "invalid": ("lat_deg", "lon_deg")}
        attitude = Attitude(
            at_s=now_s,
            roll_deg=bank + 2 * math.sin(t * 1.3),
            pitch_deg=(-6 if self.kind is VehicleKind.MULTICOPTER else 3) * self.is_flying + 1.5 * math.sin(t * 0.9),
            yaw_deg=(track + 4 * math.sin(t / 3)) % 360,
            roll_rate_dps=2.6 * math.cos(t * 1.3),
            pitch_rate_dps=1.2,
            yaw_rate_dps=-3.3,
            boot_ms=round(t * 1000),
        )
        return Samples(
            position=Position(at_s=now_s, heading_deg=track, boot_ms=round(t * 1000), **place),
            velocity=Velocity(
                at_s=now_s,
                north_mps=ground_speed * math.cos(math.radians(track)),
                east_mps=ground_speed * math.sin(math.radians(track)),
                down_mps=-climb,
                ground_speed_mps=ground_speed,
                track_deg=track if ground_speed > 0.5 else None,
            ),
            attitude=attitude if self.has_attitude else None,
            air_data=AirData(
                at_s=now_s,
                airspeed_mps=ground_speed + 1.1 if self.kind is VehicleKind.PLANE else None,
                ground_speed_mps=ground_speed,
                climb_mps=climb,
                throttle_fraction=0.43 if self.is_flying else 0.0,
                height_amsl_m=HOME[2] + height,
            ),
        )

    def status(self, t, now_s):
        landed = LandedState.IN_AIR if self.is_flying else LandedState.ON_GROUND
        return Samples(
            mode=Mode(at_s=now_s, name=self.mode, custom_mode=3),
            armed=Armed(at_s=now_s, is_armed=self.is_flying),
            landed=Landed(at_s=now_s, state=landed),
            flight_status=FlightStatus(
                at_s=now_s, system_status=SystemStatus.ACTIVE if self.is_flying else SystemStatus.STANDBY
            ),
            mission_progress=MissionProgress(at_s=now_s, item=1 + int(t / 20) % 8, items=8, state="active"),
            home=Home(at_s=now_s, lat_deg=HOME[0], lon_deg=HOME[1], height_amsl_m=HOME[2]),
        )

    def slow(self, t, now_s):
        """Power, navigation, system, environment and radio control, by stream."""
        ripple = math.sin(t / 7 + self.number)
        packs = [
            BatteryPack(
                at_s=now_s,
                index=index,
                voltage_v=21.0 + 4.0 * self.charge - 0.2 * index + 0.05 * ripple,
                current_a=14.2 + ripple if self.is_flying else 0.4,
                charge_fraction=max(0.0, self.charge - 0.02 * index),
                used_mah=2210.0 + t,
                temperature_c=34.5,
                time_left_s=1260.0 if self.is_flying else None,
                cells_v=tuple(3.9 + 0.01 * cell for cell in range(6)),
            )
            for index in range(2 if self.number % 3 == 1 else 1)
        ]
        receivers = [
            GpsReceiver(
                at_s=now_s,
                index=index,
                fix=GpsFix.RTK_FIXED if index == 0 and self.number % 2 else GpsFix.FIX_3D,
                satellites=18 - 3 * index,
                hdop=0.6 + 0.2 * index,
                vdop=0.9,
                horizontal_accuracy_m=0.4,
            )
            for index in range(2 if self.number % 2 else 1)
        ]
        return {
            "power": Samples(battery=tuple(packs)),
            "nav": Samples(
                gps=tuple(receivers),
                estimator=Estimator(
                    at_s=now_s,
                    flags=("attitude", "velocity_horiz", "pos_horiz_abs"),
                    has_horizontal_position=True,
                    velocity_ratio=0.12 + 0.02 * ripple,
                    horizontal_position_ratio=0.21,
                    vertical_position_ratio=0.08,
                    compass_ratio=0.33,
                ),
                wind=Wind(at_s=now_s, from_deg=305 + 4 * ripple, speed_mps=6.1 + 0.6 * ripple, vertical_mps=0.1),
                navigation_target=NavigationTarget(
                    at_s=now_s, bearing_deg=83.0, distance_m=180 + 90 * ripple, cross_track_m=0.8, height_error_m=0.2
                ),
            ),
            "sys": Samples(
                health=Health(
                    at_s=now_s,
                    sensors=tuple(
                        SensorHealth(name=name, is_enabled=True, is_healthy=self.is_flying or name != "prearm_check")
                        for name in ("gyro", "accelerometer", "compass", "gps", "prearm_check")
                    ),
                    is_armable=self.is_flying,
                    load_fraction=0.41 + 0.02 * ripple,
                    comm_errors=0,
                ),
                vibration=Vibration(
                    at_s=now_s, x_mps2=3.1 + ripple, y_mps2=2.8, z_mps2=6.4 - ripple, clipping=(0, 0, 0)
                ),
                clock=VehicleClock(at_s=now_s, unix_s=1.7637e9 + now_s, boot_ms=round(t * 1000)),
            ),
            "env": Samples(
                environment=Environment(at_s=now_s, pressure_hpa=1002.4, temperature_c=19.6),
                terrain=Terrain(at_s=now_s, height_terrain_m=self.height + 4, terrain_amsl_m=114.0),
                range_finder=(
                    RangeFinder(at_s=now_s, index=0, distance_m=None, min_m=0.2, max_m=40.0, orientation=25),
                ),
            ),
            "rc": Samples(rc=Rc(at_s=now_s, channels_us=(1500, 1502, 1498, 1500, None, None), rssi_fraction=0.92)),
        }

    def birth(self, now_s):
        info = VehicleInfo(
            name=self.name,
            sysid=self.number % 255 + 1,
            kind=self.kind,
            autopilot=Autopilot.ARDUPILOT,
            firmware="4.5.7",
            modes=("STABILIZE", "AUTO", "GUIDED", "LOITER", "RTL", "LAND"),
            links=("udpin:0.0.0.0:14550",),
            bridge="b1",
        )
        connection = Connection(state=LinkState.ONLINE, reason=ConnReason.DISCOVERED, via="b1", conflict=self.conflict)
        return [
            self.wrap(topics.vehicle(self.key, "info"), info, now_s, retain=True),
            self.wrap(topics.vehicle(self.key, "conn"), connection, now_s, retain=True),
        ]

    def lost(self, now_s):
        self.is_heard = False
        connection = Connection(state=LinkState.OFFLINE, reason=ConnReason.LINK_LOST, via="b1")
        return [self.wrap(topics.vehicle(self.key, "conn"), connection, now_s, retain=True)]

    def link_report(self, t, now_s):
        links = [
            LinkQuality(
                at_s=now_s,
                link="udpin:0.0.0.0:14550",
                is_best=True,
                heartbeat_age_s=0.3,
                messages_per_s=42.0 + math.sin(t),
                bytes_per_s=2100.0,
                loss_fraction=0.002 * (1 + self.number % 4),
                rtt_ms=38.0 + self.number,
            )
        ]
        if self.number % 4 == 3:
            links.append(
                LinkQuality(
                    at_s=now_s,
                    link="serial:/dev/ttyUSB0:57600",
                    heartbeat_age_s=0.6,
                    messages_per_s=11.0,
                    bytes_per_s=520.0,
                    loss_fraction=0.061,
                    rtt_ms=210.0,
                )
            )
        return self.wrap(topics.vehicle(self.key, "link"), LinkReport(links=tuple(links)), now_s)

    def event(self, now_s, text, severity=Severity.INFO, kind=EventKind.STATUS_TEXT):
        content = Event(at_s=now_s, kind=kind, severity=severity, text=text)
        return self.wrap(topics.vehicle(self.key, "evt"), content, now_s)

    def step(self, t, now_s, tick):
        """Messages of a tenth of a second: motion each, one slow stream each second."""
        if not self.is_heard:
            return []
        found = [self.wrap(topics.stream(self.key, "motion"), self.motion(t, now_s), now_s)]
        turn = (tick + self.number) % 10
        if turn == 0:
            found.append(self.wrap(topics.stream(self.key, "status"), self.status(t, now_s), now_s))
            found.append(self.link_report(t, now_s))
        elif turn == 5:
            found += [
                self.wrap(topics.stream(self.key, name), samples, now_s)
                for name, samples in self.slow(t, now_s).items()
            ]
        return found


def bridge_birth(now_s):
    presence = BridgePresence(state=LinkState.ONLINE, links=("udpin:0.0.0.0:14550",), version="0.1.0")
    envelope = payloads.Envelope(sid="b1-life", seq=0, ts=0, bms=round(now_s * 1000), d=presence)
    return message(topics.bridge("fleet", "b1", "conn"), payloads.encode(envelope), now_s, retain=True)


def lively_fleet(count=14):
    """Vehicles in all sorts of trouble."""
    fleet = [PretendVehicle(number) for number in range(1, count + 1)]
    for vehicle in fleet:
        vehicle.charge = 0.38 + 0.6 * random.Random(vehicle.number * 7).random()
        vehicle.kind = VehicleKind.PLANE if vehicle.number % 4 == 1 else VehicleKind.MULTICOPTER
    changes = {
        3: {"charge": 0.24, "mode": "RTL"},
        4: {"mode": "GUIDED"},
        8: {"mode": "LOITER"},
        10: {"is_flying": False, "mode": "STABILIZE", "charge": 1.0},
        11: {"is_flying": False, "mode": "STABILIZE", "charge": 0.97},
        12: {"is_flying": False, "mode": "STABILIZE", "charge": 0.12},
    }
    for vehicle in fleet:
        for name, value in changes.get(vehicle.number, {}).items():
            setattr(vehicle, name, value)
    return fleet


def sensor_messages(t, now_s):
    """Readings of a cabinet's probes; one topic has a level that begins with a space."""
    temperature = 21.5 + 1.5 * math.sin(t / 20)
    readings = {
        f"{SENSORS}/Kabin1/Nem-Sıcaklık/Nem": f"{45 + 6 * math.sin(t / 13):.1f}",
        f"{SENSORS}/Kabin1/Nem-Sıcaklık/Sıcaklık": f"{temperature:.2f}".replace(".", ","),
        f"{SENSORS}/Kabin1/ Nem": "44",
        f"{SENSORS}/Kabin2/durum": json.dumps(
            {"sıcaklık": round(temperature + 3, 2), "kapı": False, "güç": {"akım_a": 1.25, "gerilim_v": 229.6}},
            ensure_ascii=False,
        ),
        f"{SENSORS}/Kabin2/not": "bakım yapıldı <b>12.11</b>",
    }
    found = [message(topic, text.encode(), now_s) for topic, text in readings.items()]
    found.append(message(f"{SENSORS}/Kabin2/kamera", bytes(range(256)), now_s))
    return found
