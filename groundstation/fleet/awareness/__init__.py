# SPDX-License-Identifier: Apache-2.0
"""What a station works out about its vehicles beside what they tell."""
