# SPDX-License-Identifier: Apache-2.0
"""From power-on to armable: what ArduCopter and ArduPlane 4.5.7 were seen to do after a cold start. Pure."""

from __future__ import annotations

from groundstation.simulator.engine.boot import ALERT, INFO, WARNING, BootScript, Said, Unready

EKF_UNINITIALISED, EKF_NOTHING, EKF_ATTITUDE, EKF_POSITION, EKF_LOST = 1024, 0, 167, 831, 37
"""EKF_STATUS_REPORT.flags on the way up, and after the GPS is gone."""

_BURST = (
    "COMPASS_DEV_ID",
    "COMPASS_DEV_ID2",
    "COMPASS_DEV_ID3",
    "COMPASS_PRIO1_ID",
    "INS_GYR_ID",
    "INS_ACC_ID",
)

COPTER_BOOT = BootScript(
    heartbeat_s=1.6,
    initialising_until_s=3.6,
    early_status=4,
    early_mode=None,
    telemetry_s=2.9,
    battery_s=3.16,
    alignment_s=6.3,
    gps_s=10.2,
    home_s=20.4,
    healthy_s=23.9,
    local_s=42.0,
    position_s=42.0,
    texts=(
        Said(0.74, INFO, "Calibrating barometer"),
        Said(2.3, INFO, "Barometer 1 calibration complete"),
        Said(2.3, INFO, "Barometer 2 calibration complete"),
        Said(2.87, INFO, "ArduPilot Ready"),
        Said(2.87, INFO, "AHRS: DCM active"),
        Said(3.17, INFO, "RC7: SaveWaypoint LOW"),
        Said(4.87, INFO, "EKF3 IMU0 initialised"),
        Said(4.87, INFO, "EKF3 IMU1 initialised"),
        Said(4.88, INFO, "AHRS: EKF3 active"),
        Said(6.22, INFO, "EKF3 IMU0 tilt alignment complete"),
        Said(6.22, INFO, "EKF3 IMU1 tilt alignment complete"),
        Said(6.32, INFO, "EKF3 IMU0 MAG0 initial yaw alignment complete"),
        Said(6.32, INFO, "EKF3 IMU1 MAG0 initial yaw alignment complete"),
        Said(10.23, INFO, "GPS 1: detected as u-blox at 230400 baud"),
        Said(20.44, INFO, "EKF3 IMU0 origin set"),
        Said(20.47, INFO, "Field Elevation Set: {elevation}m"),
        Said(20.63, INFO, "EKF3 IMU1 origin set"),
        Said(42.0, INFO, "EKF3 IMU0 is using GPS"),
        Said(42.0, INFO, "EKF3 IMU1 is using GPS"),
    ),
    unready=(
        Unready(0.0, 3.6, "Need Alt Estimate"),
        Unready(0.0, 13.0, "Accels inconsistent"),
        Unready(13.0, 23.9, "Gyros inconsistent"),
        Unready(0.0, 6.2, "EKF attitude is bad"),
        Unready(0.0, 3.6, "Compass not healthy"),
        Unready(3.6, 4.9, "AHRS: not using configured AHRS type"),
        Unready(0.0, 3.6, "AHRS: waiting for home"),
        Unready(3.6, 20.4, "AHRS: waiting for home", only_with_position=True),
        Unready(20.4, 42.0, "Need Position Estimate", only_with_position=True),
        Unready(0.0, 3.2, "Battery 1 unhealthy"),
    ),
    burst=_BURST,
)

PLANE_BOOT = BootScript(
    heartbeat_s=1.6,
    initialising_until_s=2.3,
    early_status=2,
    early_mode=16,
    telemetry_s=2.4,
    battery_s=2.7,
    alignment_s=12.8,
    gps_s=9.6,
    home_s=10.7,
    healthy_s=23.4,
    local_s=10.9,
    position_s=21.05,
    texts=(
        Said(0.71, INFO, "Ground start"),
        Said(0.71, ALERT, "Skipping INS calibration"),
        Said(0.71, INFO, "Calibrating barometer"),
        Said(2.3, INFO, "Barometer 1 calibration complete"),
        Said(2.3, INFO, "Barometer 2 calibration complete"),
        Said(2.3, INFO, "Airspeed 1 calibration started"),
        Said(2.3, INFO, "ArduPilot Ready"),
        Said(2.3, INFO, "AHRS: DCM active"),
        Said(2.31, WARNING, "Throttle failsafe off"),
        Said(3.97, INFO, "Airspeed 1 calibrated"),
        Said(9.6, INFO, "GPS 1: detected as u-blox at 230400 baud"),
        Said(10.9, INFO, "EKF3 IMU0 initialised"),
        Said(10.9, INFO, "EKF3 IMU1 initialised"),
        Said(12.7, INFO, "EKF3 IMU0 tilt alignment complete"),
        Said(12.7, INFO, "EKF3 IMU1 tilt alignment complete"),
        Said(12.8, INFO, "EKF3 IMU0 MAG0 initial yaw alignment complete"),
        Said(12.8, INFO, "EKF3 IMU1 MAG0 initial yaw alignment complete"),
        Said(21.0, INFO, "EKF3 IMU0 origin set"),
        Said(21.0, INFO, "EKF3 IMU1 origin set"),
        Said(21.05, INFO, "EKF3 IMU0 is using GPS"),
        Said(21.05, INFO, "EKF3 IMU1 is using GPS"),
        Said(21.05, INFO, "AHRS: EKF3 active"),
        Said(21.05, INFO, "Field Elevation Set: {elevation}m"),
        Said(46.0, INFO, "EKF2 IMU0 is using GPS"),
        Said(46.0, INFO, "EKF2 IMU1 is using GPS"),
    ),
    unready=(
        Unready(0.0, 3.97, "Airspeed 1 not healthy"),
        Unready(0.0, 10.7, "AHRS: waiting for home"),
        Unready(0.0, 23.4, "Gyros inconsistent"),
    ),
    burst=("MNT1_TYPE", *_BURST),
)


def ekf_flags(boot: BootScript, age_s: float) -> int:
    """Return EKF_STATUS_REPORT.flags of a vehicle whose GPS works."""
    if age_s >= boot.position_s:
        return EKF_POSITION
    if age_s >= boot.alignment_s:
        return EKF_ATTITUDE
    return EKF_NOTHING if age_s >= boot.alignment_s - 1.4 else EKF_UNINITIALISED


def gps_fix(boot: BootScript, age_s: float) -> int:
    """Return GPS_RAW_INT.fix_type: none, searching for a moment, then RTK fixed."""
    if age_s < boot.gps_s:
        return 0
    return 1 if age_s < boot.gps_s + 0.3 else 6
