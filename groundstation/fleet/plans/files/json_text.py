# SPDX-License-Identifier: Apache-2.0
"""JSON of strangers: what is no JSON, too deep or too large is refused in one line. Pure."""

from __future__ import annotations

import json
import math
from typing import Any

from groundstation.fleet.plans.files.plan_checks import shown
from groundstation.fleet.plans.files.plan_file import PlanFileError

MAX_DEPTH = 64
"""Of lists and objects within each other; a plan has less than ten."""


def decoded(text: str) -> Any:
    """What a text of JSON says; NaN, which JSON does not have, is taken as null.

    Raises:
        PlanFileError: it is no JSON, its numbers are beyond any computer's, or it is too deep.
    """
    try:
        found = json.loads(text, parse_constant=_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise PlanFileError(
            f"line {error.lineno}: this is no JSON ({error.msg}); save the plan again where it was made"
        ) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        # a whole number of more than 4300 digits (Python's limit)
        raise PlanFileError("a number has thousands of digits; save the plan again where it was made") from None
    _check_depth(found)
    return found


def encoded(document: Any) -> str:
    """A document on one line, in ASCII."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False)


def laid_out(document: Any) -> bytes:
    """A document as a file that people can read and compare."""
    # keys in the order of QGroundControl's own files, so that two of them can be compared
    return (json.dumps(document, indent=4, sort_keys=True, allow_nan=False) + "\n").encode("ascii")


def _constant(name: str) -> None:
    if name != "NaN":
        raise PlanFileError(f"{name} stands in place of a number; correct it in the file")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise PlanFileError(f"the number {shown(text)} is beyond any vehicle; correct it in the file")
    return value


def _too_deep() -> PlanFileError:
    return PlanFileError(f"lists and objects lie more than {MAX_DEPTH} deep in each other; this is no plan")


def _check_depth(document: Any) -> None:
    # level by level: a function that calls itself would find the end of Python's stack first
    level = [document]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
        if not below:
            return
        level = below
    raise _too_deep()
