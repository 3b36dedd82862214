# SPDX-License-Identifier: Apache-2.0
"""PX4 between 1.13 and 1.14 as it was seen to behave."""
