# SPDX-License-Identifier: Apache-2.0
"""The readiness of the fleet as a matrix. GUI thread."""
