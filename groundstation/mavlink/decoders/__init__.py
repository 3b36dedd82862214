# SPDX-License-Identifier: Apache-2.0
"""Pure decoders, a module for each subject: fields of one MAVLink message in, samples out."""
