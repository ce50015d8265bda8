"""The least that sending does, to measure the courier against: aiosmtplib in a loop over one connection.

``python bench/bare_smtp.py HOST PORT FOLDER`` sends every ``<recipient>.eml`` of the folder, in the order of the names,
and keeps no record of it.
"""

import asyncio
import sys
from pathlib import Path

import aiosmtplib

SENDER = ""  # acknowledgements leave with the null path (RFC 3834, 3.3)


async def run(host: str, port: int, folder: Path) -> int:
    """Send every letter of the folder; returns how many."""
    count = 0
    async with aiosmtplib.SMTP(hostname=host, port=port, start_tls=False) as smtp:
        for path in sorted(folder.glob("*.eml")):
            await smtp.sendmail(SENDER, [path.stem], path.read_bytes())
            count += 1
    return count


if __name__ == "__main__":
    print(asyncio.run(run(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
