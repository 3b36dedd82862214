# SPDX-License-Identifier: Apache-2.0
"""`groundstation bench`: the figures that the product is held to, measured, beside the peer in the same run."""
