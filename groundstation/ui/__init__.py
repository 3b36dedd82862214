# SPDX-License-Identifier: Apache-2.0
"""What the operator sees. The only room with widgets."""
