# SPDX-License-Identifier: Apache-2.0
"""A simulated vehicle with so many parameters, at the end of a way that loses and doubles frames; by seed."""

from __future__ import annotations

from groundstation.fleet.parameters.parameter import Parameter, ParamType
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.param_wire import Encoding
from groundstation.mavlink.stream_requests import Outbound
from groundstation.simulator.flavours import FLAVOURS
from tests.support.lossy_vehicle import LossyVehicle

ENCODINGS = {"copter": Encoding.C_CAST, "plane": Encoding.C_CAST, "px4": Encoding.BYTEWISE}
PARAM_VALUE = MSGIDS["PARAM_VALUE"]


class LossyParameters(LossyVehicle):
    """A vehicle of a flavour with as many parameters as are wanted, made up behind its own."""

    def __init__(
        self, flavour: str, loss: float = 0.0, seed: int = 1, *, count: int | None = None, doubled: float = 0.0
    ) -> None:
        super().__init__(flavour, loss, seed, parameters=count or len(FLAVOURS[flavour].flavour.parameters))
        self.doubled = doubled
        self.asked: list[Outbound] = []

    @property
    def held(self) -> dict[str, float]:  # type: ignore[override]
        """What the vehicle really has, by name."""
        return self.values

    def kind_of(self, name: str) -> ParamType:
        found = self.vehicle.parameters.find(name)
        assert found is not None
        return ParamType(found.kind)

    def parameter(self, name: str, value: float) -> Parameter:
        return Parameter(name, value, self.kind_of(name))

    def send(self, messages: list[Outbound]) -> None:
        self.asked += messages
        super().send(messages)

    def heard(self) -> list[tuple[int, Fields]]:
        came = super().heard()
        return [one for each in came for one in ([each, each] if self._dice.random() < self.doubled else [each])]
