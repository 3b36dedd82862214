# SPDX-License-Identifier: Apache-2.0
"""The list of all vehicles. GUI thread."""
