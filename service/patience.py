"""How long a job that failed is left alone: longer each time, never for ever, and never in step with other desks."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """The rests after failures in a row: ``first``, then doubled each time, and at most ``most``."""

    first: timedelta
    most: timedelta

    def rest(self, failures: int, draw: float) -> timedelta:
        """Return the rest after so many failures in a row (1 and more).

        ``draw`` (0 to 1) lengthens it by up to a quarter, so that desks that failed together do not come back together.
        """
        doubled = self.first * (1 << min(max(failures, 1) - 1, 20))
        return min(min(doubled, self.most * 0.8) * (1 + draw / 4), self.most)


MAILBOX = Patience(first=timedelta(minutes=1), most=timedelta(minutes=15))
RELAY = Patience(first=timedelta(seconds=10), most=timedelta(minutes=5))
