# SPDX-License-Identifier: Apache-2.0
"""The plan on the screen: opened, looked at, changed, given to vehicles. GUI thread."""
