from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

class _FieldData:
    field_name: str
    type_str: str

class _Logged:
    timestamp: int
    message: str
    def log_level_str(self) -> str: ...

class _Data:
    name: str
    multi_id: int
    field_data: list[_FieldData]
    data: dict[str, NDArray[np.generic]]

class ULog:
    def __init__(
        self,
        log_file: str | BinaryIO,
        message_name_filter_list: list[str] | None = None,
        disable_str_exceptions: bool = True,
        parse_header_only: bool = False,
    ) -> None: ...
    @property
    def start_timestamp(self) -> int: ...
    @property
    def data_list(self) -> list[_Data]: ...
    @property
    def logged_messages(self) -> list[_Logged]: ...
    @property
    def initial_parameters(self) -> dict[str, Any]: ...
    @property
    def changed_parameters(self) -> list[tuple[int, str, Any]]: ...
    @property
    def msg_info_dict(self) -> dict[str, Any]: ...
    @property
    def file_corruption(self) -> bool: ...
