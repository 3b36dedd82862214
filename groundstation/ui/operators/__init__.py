# SPDX-License-Identifier: Apache-2.0
"""Other operators on the screen: who is on, what they say, the handover of a shift."""
