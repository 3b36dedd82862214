# SPDX-License-Identifier: Apache-2.0
"""ArduCopter and ArduPlane 4.5.7 as they were seen to behave: their texts, refusals, streams and parameters."""
