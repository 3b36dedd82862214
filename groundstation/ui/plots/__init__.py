# SPDX-License-Identifier: Apache-2.0
"""Live plots. GUI thread."""
