# SPDX-License-Identifier: Apache-2.0
"""How far a long work on the command line is: a bar on a terminal's standard error, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None] | None]:
    """A bar that goes away at the end.

    Args:
        label: what is done, such as `reading logs`.

    Yields:
        What is told which share is done, 0 to 1; None where nobody sees it.
    """
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    # a bar is made of control characters, which would stand in a file or a pipe
    if not console.is_terminal:
        yield None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(label, total=1.0)
        yield lambda done: bar.update(task, completed=done)
