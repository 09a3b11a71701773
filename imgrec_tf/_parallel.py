"""Work that keeps the interpreter busy, shared out to several processes.

Drawing a picture is many short steps in NumPy and Python. Threads do not help there, because only one of them at a time
may run Python; processes do. joblib starts them without running the caller's main module again, so that this works
inside notebooks and in scripts that have no `if __name__ == "__main__"`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_SECONDS_ALONE = 1.0  # long enough to tell how much work is left
_WORTH_IT = 3.0  # seconds of work left; starting the processes takes one or two
_MOST_PROCESSES = 8  # each holds about 150 MB
_BATCHES = 8  # a process gets its items in this many parts, so that all of them end at about the same time
_SECONDS_IDLE = 15  # then the processes end; a second call before that finds them running


def in_processes(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Apply a function to each item, in several processes once the work turns out to be long enough for that.

    Args:
        function: What to apply. It must give the same result in any process: no global state, seeds among the items.
        items: What to apply it to. Items and results travel between processes, so they should be small.

    Returns:
        The results in the order of the items, the same for any number of processes.
    """
    items = list(items)
    results: list[Result] = []
    start = time.perf_counter()
    for item in items:
        spent = time.perf_counter() - start
        if spent > _SECONDS_ALONE and spent / len(results) * (len(items) - len(results)) > _WORTH_IT:
            break
        results.append(function(item))
    rest = items[len(results) :]
    if not rest:
        return results
    from joblib import Parallel, delayed, effective_n_jobs

    processes = min(effective_n_jobs(-1), _MOST_PROCESSES)
    length = -(-len(rest) // (processes * _BATCHES))
    batches = [rest[first : first + length] for first in range(0, len(rest), length)]
    parallel = Parallel(processes, backend="loky", batch_size=1, pre_dispatch="all", idle_worker_timeout=_SECONDS_IDLE)
    return results + [one for batch in parallel(delayed(_apply)(function, batch) for batch in batches) for one in batch]


def _apply(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return [function(item) for item in items]
