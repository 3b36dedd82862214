# SPDX-License-Identifier: Apache-2.0
"""A recorded flight is flown again from the window, and both are compared."""
