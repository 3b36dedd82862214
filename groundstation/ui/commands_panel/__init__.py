# SPDX-License-Identifier: Apache-2.0
"""Group orders as a matrix, and the journal. GUI thread."""
