"""Worker processes, each on its own: where one is killed, nothing of the others is lost.

What lives here: one process and its replacement. What does not: the queue (``jobs``), what a process does (``work``).

Processes that share a queue share a lock on it, and one that is killed while it waits keeps the lock for ever. So
each process has a pool of its own, which is replaced whole.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any


class Worker:
    """One process that runs one task after another and is started anew when it was ended. Not thread safe.

    Parameters
    ----------
    warm : callable
        What every process does first.
    """

    def __init__(self, warm: Callable[[], None]) -> None:
        self._warm = warm
        self._pool = self._begin()

    def _begin(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=self._warm)
        # A process starts with the first task: an empty one sends it on its way.
        pool.submit(int)
        return pool

    def start(self, task: Callable[..., Any], *given: Any) -> Future[Any]:
        """Begin a task; say `over` when its future is done, before the next is begun.

        Parameters
        ----------
        task : callable
            Of a module, so that it can be sent.
        *given
            What it is called with.

        Returns
        -------
        concurrent.futures.Future
            Fails with ``BrokenProcessPool`` if the process is ended from outside.
        """
        try:
            return self._pool.submit(task, *given)
        except BrokenProcessPool:
            # Ended while it waited.
            self._pool = self._begin()
            return self._pool.submit(task, *given)

    def over(self, future: Future[Any]) -> None:
        """Take note that a task is done, and replace the process if it is gone.

        Parameters
        ----------
        future : concurrent.futures.Future
            Of the task, done.
        """
        # The broken pool calls this with its lock held: it must not be asked anything.
        if not future.cancelled() and isinstance(future.exception(), BrokenProcessPool):
            self._pool = self._begin()

    def close(self) -> None:
        """Start nothing more; a task that runs goes on until its process is ended."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def end_process(process: int | None) -> None:
    """End a process at once; nothing happens if there is none any more.

    Parameters
    ----------
    process : int or None
        Number of the process.
    """
    if process is not None:
        try:
            os.kill(process, signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            return
