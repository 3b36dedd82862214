# SPDX-License-Identifier: Apache-2.0
"""Carries out what procedures wish by the station's own `Operations`. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GroupPolicy, Operations
from groundstation.fleet.roster import Fleet


class OperationsCarrier:
    """A station without a window."""

    def __init__(
        self,
        operations: Operations,
        clock: Callable[[], float],
        fleet: Fleet | None,
        utter: Callable[[str], object],
    ) -> None:
        """Begin.

        Args:
            operations: of the station.
            clock: monotonic seconds.
            fleet: what is known of all vehicles, to keep them apart; None where nothing is.
            utter: says a word to all operators.
        """
        self._operations, self._clock, self._fleet, self._utter = operations, clock, fleet, utter

    def give(
        self, keys: Sequence[VehicleKey], verb: Verb, args: Args, policy: GroupPolicy, batch: str
    ) -> list[CommandRecord]:
        """Give a command; returns its records.

        Raises:
            UsageError: nothing was given; says why.
        """
        book = self._operations.book
        before = {one.id for one in book.of_batch(batch)}
        self._operations.order(keys, verb, args, self._clock(), policy, fleet=self._fleet, batch=batch)
        return [one for one in book.of_batch(batch) if one.id not in before]

    def stop_waiting(self, batch: str, *, is_failure: bool) -> None:
        """Don't send what of a batch was not sent yet."""
        self._operations.stop(batch, self._clock(), is_failure=is_failure)

    def utter(self, text: str) -> None:
        """Say a word to all operators."""
        self._utter(text)
