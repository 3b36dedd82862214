# SPDX-License-Identifier: Apache-2.0
"""The page that is shown while nothing is heard, and the links of bridges. GUI thread."""
