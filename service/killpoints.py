"""Every place at which a crash test may end the process, and the step of a letter's way that each belongs to.

Setting SOM_KILL_AT=NAME (or NAME:N for the N-th time) on a simulated desk ends the process there with SIGKILL.
"""

import os
import signal
from collections.abc import Callable, Mapping

from casework import answer, deliver, receive, sweep

POLL = {
    "poll.opened": 2,
    "poll.listed": 2,
    "poll.described": 2,
    "poll.fetched": 3,
    "poll.kept": 4,
    "poll.settled": 5,
}
COURIER = {
    "courier.claimed": 10,
    "courier.connected": 10,
    "courier.submitted": 10,
    "courier.reported": 11,
}
KILL_POINTS: Mapping[str, int] = {
    **POLL,
    **receive.KILL_POINTS,
    **COURIER,
    **deliver.KILL_POINTS,
    **answer.KILL_POINTS,
    **sweep.KILL_POINTS,
}


def hook(environ: Mapping[str, str], *, simulated: bool) -> Callable[[str], None]:
    """Return the function that the rooms call at each point; it does nothing unless a point is named."""
    wanted = environ.get("SOM_KILL_AT", "") if simulated else ""
    if not wanted:
        return _go_on
    name, _, times = wanted.partition(":")
    remaining = int(times or 1)

    def at(point: str) -> None:
        nonlocal remaining
        if point == name:
            remaining -= 1
            if remaining <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return at


def _go_on(_point: str) -> None:
    """Do nothing: nobody asked for a crash."""
