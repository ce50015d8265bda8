"""100,000 rows through ``som due --csv``, as a command of its own on one core: seconds, rows a second, peak memory."""

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

ROWS = 100_000
LIMIT_SECONDS = 20.0
COMMAND = [sys.executable, "-c", "from service.commands import main; main()", "due", "--csv"]


def write_rows(path: Path) -> None:
    """Write letters of five years from many zones, the same ones on every run."""
    chance = random.Random(1)
    start = datetime(2022, 1, 1, 6, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as rows:
        rows.write("received_at,kind\n")
        for _ in range(ROWS):
            zone = timezone(timedelta(hours=chance.choice((-8, -5, -5, -5, 0, 1, 2, 9))))
            arrival = (start + timedelta(seconds=chance.randrange(5 * 365 * 86400))).astimezone(zone)
            rows.write(f"{arrival.isoformat()},{chance.choice(('consulta', 'consulta', 'sugerencia', 'reclamo'))}\n")


def main() -> None:
    """Print one line of figures; end with 1 when the limit is passed."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "in.csv"), Path(folder, "out.csv")
        write_rows(source)
        started = time.monotonic()
        with out.open("wb") as stdout:
            subprocess.run([*COMMAND, str(source)], stdout=stdout, check=True)
        seconds = time.monotonic() - started
        with out.open("rb") as written:
            assert sum(1 for _ in written) == ROWS + 1
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"som due --csv: {ROWS} rows in {seconds:.2f} s, {ROWS / seconds:.0f} rows/s, peak {peak:.0f} MB")
    sys.exit(seconds > LIMIT_SECONDS)


if __name__ == "__main__":
    main()
