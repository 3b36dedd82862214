# SPDX-License-Identifier: Apache-2.0
"""Parameters of vehicles: read, searched, compared, changed together and written after a question."""
