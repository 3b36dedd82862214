# SPDX-License-Identifier: Apache-2.0
"""What any log says: ours, an autopilot's, a stranger's. Readers, flights, exports, reports."""
