# SPDX-License-Identifier: Apache-2.0
"""One table a vocabulary: where each value is found."""
