# SPDX-License-Identifier: Apache-2.0
"""Parameters of vehicles: values, files of other programs, comparisons, and what is known of each. Pure."""
