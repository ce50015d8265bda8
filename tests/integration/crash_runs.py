"""What the crash test runs in processes of their own, so that they can be killed."""

import os
from datetime import datetime
from pathlib import Path

from service.daemon import Daemon
from service.settings import load
from service.wiring import actor, opened_desk


def one_pass(config: Path, now: datetime, kill_at: str) -> None:
    """Run every job of the daemon once, as ``som run --once`` does; dies at ``kill_at`` if that point is reached."""
    os.environ["SOM_KILL_AT"] = kill_at
    settings = load(config)
    with opened_desk(settings, now=now) as desk:
        Daemon(desk, settings).once()


def answer(config: Path, now: datetime, kill_at: str, reference: str) -> None:
    """Answer a ticket, as ``som answer`` does; does nothing when it has been answered already."""
    from casework.answer import CannotAnswer
    from casework.answer import answer as use
    from casework.compose_reply import from_text
    from tickets import cases
    from tickets.states import Direction

    os.environ["SOM_KILL_AT"] = kill_at
    with opened_desk(load(config), now=now) as desk:
        with desk.store.read() as session:
            ticket = cases.find(session, reference)
            said = [one for one in cases.conversation(session, ticket.id or 0) if one.author_id is not None]
            assert all(one.direction == Direction.OUT for one in said)
        if said:
            return
        written, version = from_text(desk, reference, "Hola:\n\nLe respondemos con gusto.")
        try:
            use(desk, actor(desk), reference, written, send_now=True, seen_version=version)
        except CannotAnswer as error:
            raise SystemExit(str(error)) from error
