# SPDX-License-Identifier: Apache-2.0
"""Looking back: the timeline at the foot of the window, and the fleet as it was."""
