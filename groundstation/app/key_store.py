# SPDX-License-Identifier: Apache-2.0
"""Passwords in the key store of the system, by `keyring`. May ask the user and wait: not for a thread with a window."""

from __future__ import annotations

import contextlib
import logging

log = logging.getLogger("groundstation.keys")

SERVICE = "groundstation"


def kept_password(url: str, user: str) -> str | None:
    """What was kept.

    Args:
        url: of a broker, without its password.
        user: at that broker.

    Returns:
        None where nothing is kept, or this system has no key store.
    """
    import keyring
    import keyring.errors

    # what a key store does wrong is of many kinds, and none may keep a window from opening
    with contextlib.suppress(keyring.errors.KeyringError, OSError, RuntimeError):
        return keyring.get_password(SERVICE, f"{user}@{url}")
    return None


def keep_password(url: str, user: str, password: str) -> bool:
    """Keep one; False where this system has no key store, which is told once on the terminal.

    Args:
        url: of a broker, without its password.
        user: at that broker.
        password: the secret.
    """
    import keyring
    import keyring.errors

    try:
        keyring.set_password(SERVICE, f"{user}@{url}", password)
    except (keyring.errors.KeyringError, OSError, RuntimeError) as error:
        log.warning("the password is not kept: no key store of this system takes it (%s); type it again", error)
        return False
    return True
