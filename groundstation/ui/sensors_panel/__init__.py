# SPDX-License-Identifier: Apache-2.0
"""Other devices on the same broker. GUI thread."""
