# SPDX-License-Identifier: Apache-2.0
"""Whether vehicles are ready to fly, check by check. Pure."""
