# SPDX-License-Identifier: Apache-2.0
"""The strip at the top of the window. GUI thread."""
