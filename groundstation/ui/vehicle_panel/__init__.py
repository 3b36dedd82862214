# SPDX-License-Identifier: Apache-2.0
"""One vehicle in detail. GUI thread."""
