# SPDX-License-Identifier: Apache-2.0
"""What a measurement says, as a table and as JSON. Pure."""

from __future__ import annotations

import os
import platform
from typing import Literal

import msgspec
from rich.table import Table
from rich.text import Text


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One figure, its goal, and what a peer does in the same run."""

    name: str
    """What is measured."""
    unit: str
    """Of value, peer and goal; empty for counts."""
    value: float
    """Ours."""
    goal: float
    """What it is held to: of the value, or of the ratio where there is a peer."""
    wanted: Literal["at_most", "at_least"] = "at_most"
    """Which side of the goal is good."""
    peer: float | None = None
    """The peer's, None where there is none."""

    is_by_ratio: bool = True
    """Whether the goal is one of the ratio, where there is a peer."""

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; None without one."""
        return None if self.peer is None or self.value == 0 else self.peer / self.value

    @property
    def holds(self) -> bool:
        """Whether the goal is met."""
        judged = (self.ratio or 0.0) if self.peer is not None and self.is_by_ratio else self.value
        return judged <= self.goal if self.wanted == "at_most" else judged >= self.goal


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one benchmark."""

    bench: str
    """Its name."""
    settings: dict[str, float]
    """What it was run with."""
    comparisons: tuple[Comparison, ...]
    """Its figures."""

    def document(self) -> dict[str, object]:
        """As plain values for JSON, the derived ones included."""
        rows = [
            {**msgspec.to_builtins(one), "ratio": one.ratio, "holds": one.holds}  # derived values are part of it
            for one in self.comparisons
        ]
        return {
            "bench": self.bench,
            "settings": self.settings,
            "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
            "comparisons": rows,
        }

    def table(self) -> Table:
        """For the terminal."""
        table = Table(title=f"bench {self.bench}", title_justify="left")
        table.add_column("what")
        for name in ("ours", "peer", "ratio", "goal"):
            table.add_column(name, justify="right")
        table.add_column("")
        for one in self.comparisons:
            sign = "<=" if one.wanted == "at_most" else ">="
            times = "x" if one.peer is not None and one.is_by_ratio else f" {one.unit}"
            table.add_row(
                one.name,
                f"{one.value:.4g} {one.unit}",
                "" if one.peer is None else f"{one.peer:.4g} {one.unit}",
                "" if one.ratio is None or not one.is_by_ratio else f"{one.ratio:.1f}x",
                f"{sign} {one.goal:g}{times}",
                Text("holds", "green") if one.holds else Text("fails", "bold red"),
            )
        return table
