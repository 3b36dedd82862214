# SPDX-License-Identifier: Apache-2.0
"""What floats over the window for a while and never blocks it. GUI thread."""
