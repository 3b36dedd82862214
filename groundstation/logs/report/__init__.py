# SPDX-License-Identifier: Apache-2.0
"""A page a flight: track, charts, messages, parameters, as one SVG of A4 size. Pure: no Qt, no clock.

The same page stands in the HTML document and is painted into the PDF. So it keeps to SVG Tiny 1.2: attributes, no style
sheet, no clipping.
"""
