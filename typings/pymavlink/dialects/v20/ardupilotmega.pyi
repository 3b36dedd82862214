from typing import Any

mavlink_map: dict[int, Any]
