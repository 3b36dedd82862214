# SPDX-License-Identifier: Apache-2.0
"""The log of what vehicles said. GUI thread."""
