# SPDX-License-Identifier: Apache-2.0
"""What the operator sees: the only room with widgets. GUI thread; knows `fleet` and `transport`, nothing else."""
