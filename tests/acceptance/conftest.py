from collections.abc import Iterator
from pathlib import Path

import pytest

from service.demo.servers import Received, imap_server, smtp_server
from tests.acceptance.desk import ADDRESS, PASSWORD, CommandDesk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CommandDesk]:
    """A desk with an empty mailbox and a relay that accepts everything."""
    sent: list[Received] = []
    with imap_server({ADDRESS: PASSWORD}) as imap, smtp_server(sent.append) as smtp:
        made = CommandDesk(tmp_path, imap, sent)
        made.write_config(smtp)
        yield made
