# SPDX-License-Identifier: Apache-2.0
"""How autopilots speak. Sans-I/O: bytes and ticks in, bytes and samples out."""
