# SPDX-License-Identifier: Apache-2.0
"""Settings: what is chosen now, their dialog, and what follows of a change. GUI thread."""
