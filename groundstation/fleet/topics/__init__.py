# SPDX-License-Identifier: Apache-2.0
"""Every topic that a broker brings, in bounded memory. Pure."""
