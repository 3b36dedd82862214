# SPDX-License-Identifier: Apache-2.0
"""`packaging/languages.py` as a module: it is a script beside the package, and no part of it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def language_script():
    """The script, with the tables beside it."""
    sys.path.insert(0, str(PACKAGING))
    try:
        return importlib.import_module("languages")
    finally:
        sys.path.remove(str(PACKAGING))
