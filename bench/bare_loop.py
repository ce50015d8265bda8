"""The least that any intake does, to measure ours against: read, parse, one row, one commit; nothing else.

``python bench/bare_loop.py FOLDER DATABASE`` reads a folder of .eml with the standard library (policy=default) and
puts one row each into SQLite (WAL, synchronous=FULL). The raw bytes are not kept.
"""

import email
import email.policy
import sqlite3
import sys
from email.message import EmailMessage
from pathlib import Path


def run(folder: Path, database: Path) -> int:
    """Take in every letter of the folder; returns how many."""
    store = sqlite3.connect(database)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE letter (id INTEGER PRIMARY KEY, subject TEXT, sender TEXT, body TEXT)")
    count = 0
    for path in sorted(folder.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        row = (str(message["subject"]), str(message["from"]), text)
        with store:
            store.execute("INSERT INTO letter (subject, sender, body) VALUES (?, ?, ?)", row)
        count += 1
    store.close()
    return count


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), Path(sys.argv[2])))
