# SPDX-License-Identifier: Apache-2.0
"""A payload that is too large for memory, and what is known of it once a recorder has it on disk. Pure."""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec

HEAD_BYTES = 64 * 1024
"""Of its beginning that is kept in memory and in the recorded file."""
Sha256 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""In hexadecimal; it is a name of a file too, so that nothing else passes."""


class LargePayload(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One that came, and lies whole beside a recorded session."""

    topic: str
    """Exactly as received."""
    at_unix_s: float
    """When it began to come, on the recorder's clock."""
    size_bytes: int
    sha256: Sha256
    """Of all of it."""
    head_sha256: Sha256
    """Of its first `HEAD_BYTES`, by which a window that has only these knows it again."""
    qos: int = 0
    retain: bool = False
    """The broker had kept it."""


def head_hash(payload: bytes) -> str:
    """Hash of the beginning of a payload.

    Args:
        payload: at least its first `HEAD_BYTES`.
    """
    return hashlib.sha256(memoryview(payload)[:HEAD_BYTES]).hexdigest()
