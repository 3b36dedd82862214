# SPDX-License-Identifier: Apache-2.0
"""The rules that come along. Pure: a table.

Most take up what every station finds by itself (`fleet/conditions.py`), so that list, map and alarms never differ.
"""

from __future__ import annotations

from groundstation.fleet.alarms.rule import AlarmRule, RuleSet
from groundstation.fleet.conditions import Level
from groundstation.fleet.sparkplug.address import ALL

_CONDITIONS: tuple[tuple[str, str, tuple[str, ...], float, str], ...] = (
    # name, title, codes, seconds, advice
    ("link", "Link lost", ("link_lost",), 0.0, "Wait for its failsafe; look at its last place, bring it back in reach"),
    ("bridge", "Bridge lost", ("bridge_lost", "bridge_stopped"), 0.0, "Start the bridge again; its vehicles fly on"),
    ("rebooting", "Restarted in the air", ("rebooting",), 0.0, "Keep clear of it; land it as soon as it answers"),
    (
        "conflict", "Two speak for one vehicle", ("two_bridges", "two_autopilots", "own_system_id"), 2.0,
        "Give one of them another id or name",
    ),
    ("failsafe", "Failsafe", ("failsafe",), 0.0, "See its messages; let it land, or take control"),
    ("battery", "Battery", ("battery_low", "battery_critical"), 3.0, "Bring it home, or land it where it is"),
    ("gps", "No GPS fix", ("no_gps_fix",), 2.0, "Take it over by hand, or land it"),
    ("estimator", "Estimator", ("estimator",), 3.0, "Slow down; check compass and GPS; land if it goes on"),
    ("position", "Position", ("position_old", "position_not_vouched"), 2.0, "Don't rely on its place; keep others off"),
    ("thinned", "Slow way to the broker", ("thinned",), 10.0, "Show fewer vehicles, or give the way more room"),
    ("fence", "Fence", ("fence_breached",), 0.0, "Bring it back inside, or land it"),
    ("health", "Unhealthy part", ("unhealthy",), 5.0, "See which part; land if it flies"),
    ("idle", "Nothing left to fly", ("idle_in_mission",), 5.0, "Start the mission again, or return"),
    ("separation", "Separation", ("near",), 1.0, "Hold one of them, or change its height"),
    ("recorder", "Recorder", ("recorder_problem", "recorder_warning"), 3.0, "Make room on its disk"),
)  # fmt: skip
_VALUES: tuple[AlarmRule, ...] = (
    AlarmRule(
        name="vibration", title="Vibration", level=Level.CAUTION, after_s=5.0, off_after_s=5.0,
        when="vibration.x_mps2 > 30 or vibration.y_mps2 > 30 or vibration.z_mps2 > 30",
        until="vibration.x_mps2 < 25 and vibration.y_mps2 < 25 and vibration.z_mps2 < 25",
        shown="vibration.z_mps2", advice="Fly gently; land and check propellers and mounts",
    ),
    AlarmRule(
        name="wind", title="Wind", level=Level.CAUTION, after_s=10.0, off_after_s=10.0,
        when="flying and wind.speed_mps > 12", until="wind.speed_mps < 10 or not flying",
        shown="wind.speed_mps", advice="Think of the way home against it",
    ),
    AlarmRule(
        name="battery_hot", title="Battery hot", level=Level.WARNING, after_s=5.0,
        when="battery.0.temperature_c > 65", until="battery.0.temperature_c < 60",
        shown="battery.0.temperature_c", advice="Land; let it cool in the open",
    ),
    AlarmRule(
        name="motor_hot", title="Motor hot", level=Level.WARNING, after_s=5.0,
        when="esc.0.temperature_c > 100 or esc.1.temperature_c > 100 or esc.2.temperature_c > 100 "
        "or esc.3.temperature_c > 100",
        until="esc.0.temperature_c < 90 and esc.1.temperature_c < 90 and esc.2.temperature_c < 90 "
        "and esc.3.temperature_c < 90",
        advice="Fly slowly; land soon",
    ),
    AlarmRule(
        name="falling", title="Falling", level=Level.WARNING, after_s=1.0, off_after_s=3.0,
        when="flying and velocity.down_mps > 8", shown="velocity.down_mps", advice="Take it over; clear the ground",
        vehicles="armed",
    ),
)  # fmt: skip
_DEVICES: tuple[tuple[str, str, str, Level, float, str], ...] = (
    # of nodes of Sparkplug B: name, title, condition, level, seconds, advice
    (
        "node_dead", "Node or device dead", "dead", Level.WARNING, 0.0,
        "See its power and its way to the broker; its values are old",
    ),
    (
        "node_absent", "Not back with its node", "absent", Level.CAUTION, 30.0,
        "See the device behind the node; its values are old",
    ),
    (
        "node_incomplete", "Messages of a node are missing", "incomplete", Level.CAUTION, 15.0,
        "Ask the node for its births: groundstation sparkplug --host ID does it",
    ),
    (
        "node_contested", "Two nodes have one name", "contested", Level.WARNING, 0.0,
        "Give one of them another name; their values are mixed",
    ),
)  # fmt: skip

DEFAULT_RULES = RuleSet(
    rules=(
        *(
            AlarmRule(name=name, title=title, conditions=codes, after_s=after_s, off_after_s=2.0, advice=advice)
            for name, title, codes, after_s, advice in _CONDITIONS
        ),
        *_VALUES,
        *(
            AlarmRule(
                name=name,
                title=title,
                topics=ALL,
                when=when,
                level=level,
                after_s=after_s,
                off_after_s=1.0,
                advice=advice,
            )
            for name, title, when, level, after_s, advice in _DEVICES
        ),
    )
)
"""What an engine goes by until somebody gives it others."""
