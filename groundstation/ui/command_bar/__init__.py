# SPDX-License-Identifier: Apache-2.0
"""The buttons of one vehicle or of several, and what became of the last. GUI thread."""
