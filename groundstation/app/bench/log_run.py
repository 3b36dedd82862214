# SPDX-License-Identifier: Apache-2.0
"""Our log reader as a process of its own, to be measured: `python -m groundstation.app.bench.log_run FILE MESSAGE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(path: str, message: str) -> None:
    """Read once and say what it cost."""
    from groundstation.app.bench.logs import measure

    cpu_s, values = measure(Path(path), message)
    json.dump({"cpu_s": cpu_s, "values": values}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
