# SPDX-License-Identifier: Apache-2.0
"""The container that recordings are kept in, as it is written and read."""
