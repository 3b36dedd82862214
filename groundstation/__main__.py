# SPDX-License-Identifier: Apache-2.0
"""`python -m groundstation`."""

from groundstation.app.cli import main

if __name__ == "__main__":
    main()
