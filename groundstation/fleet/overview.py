# SPDX-License-Identifier: Apache-2.0
"""A vehicle in under 400 bytes (topic `tlm/sum`): what every station knows of every vehicle, over any link. Pure."""

from __future__ import annotations

import msgspec

from groundstation.fleet.kinds import Samples
from groundstation.fleet.motion import Position, Velocity
from groundstation.fleet.status import Armed, Mode


class Overview(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where a vehicle is and how it does. `None` is unknown, and is not sent."""

    lat_deg: float | None = None
    """WGS 84 latitude, degrees north."""
    lon_deg: float | None = None
    """WGS 84 longitude, degrees east."""
    height_home_m: float | None = None
    """Height above home, metres."""
    heading_deg: float | None = None
    """Direction of the nose, degrees from true north."""
    age_s: float | None = None
    """Age of the position at the moment of writing, seconds."""
    is_vouched: bool = True
    """False while its estimator does not stand by the position."""
    failed_ratios: tuple[str, ...] = ()
    """What its estimator is at odds with: `velocity`, `position`, `height`, `compass`."""
    ground_speed_mps: float | None = None
    """Metres per second; not told when it is older than the position."""
    charge_fraction: float | None = None
    """Lowest charge of its packs, 0 to 1."""
    mode: str | None = None
    """Flight mode."""
    is_armed: bool | None = None
    """Whether its motors may turn."""
    mode_age_s: float | None = None
    """Age of both at the moment of writing, seconds."""
    landed: str | None = None
    """`on_ground`, `in_air`, `taking_off`, `landing`."""
    worst: str | None = None
    """The worst of its conditions as its code; None when there is none."""

    def samples(self, written_s: float, held: Samples) -> Samples:
        """What it says of the kinds that it knows, in the words of `Samples`.

        Args:
            written_s: when it was written, on the bridge's clock.
            held: what is known, whose parts that can't have changed stay.
        """
        place = speed = mode = armed = None
        # without an age nothing is known of the place: with the moment of writing a silent vehicle would look fresh
        if self.age_s is not None:
            at_s = written_s - self.age_s
            place = Position(
                at_s=at_s,
                lat_deg=self.lat_deg,
                lon_deg=self.lon_deg,
                height_home_m=self.height_home_m,
                heading_deg=self.heading_deg,
            )
            if self.ground_speed_mps is not None:
                speed = Velocity(at_s=at_s, ground_speed_mps=self.ground_speed_mps)
        if self.mode_age_s is not None:
            at_s = written_s - self.mode_age_s
            # an overview names the mode only; the number of before still belongs to the same name
            number = held.mode.custom_mode if held.mode is not None and held.mode.name == self.mode else None
            mode = Mode(at_s=at_s, name=self.mode, custom_mode=number) if self.mode is not None else None
            armed = Armed(at_s=at_s, is_armed=self.is_armed) if self.is_armed is not None else None
        return Samples(position=place, velocity=speed, mode=mode, armed=armed)
