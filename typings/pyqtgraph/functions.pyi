from typing import Any

from numpy.typing import NDArray
from PySide6.QtGui import QPolygonF

def create_qpolygonf(size: int) -> QPolygonF: ...
def ndarray_from_qpolygonf(polyline: QPolygonF) -> NDArray[Any]: ...
