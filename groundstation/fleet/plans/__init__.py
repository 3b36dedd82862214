# SPDX-License-Identifier: Apache-2.0
"""What vehicles are to fly: missions, fences, rally points, and the files that hold them. Pure."""
