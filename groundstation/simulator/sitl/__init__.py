# SPDX-License-Identifier: Apache-2.0
"""Real autopilots in their own simulators (SITL), started, watched and ended here; they speak bytes, as ours do."""
