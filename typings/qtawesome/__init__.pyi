"""What the project uses of qtawesome 1.4, which has no types of its own."""

from PySide6.QtGui import QIcon

def icon(
    name: str, *, color: str = ..., color_active: str = ..., color_selected: str = ..., color_disabled: str = ...
) -> QIcon: ...
