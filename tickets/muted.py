"""Addresses of staff that bounce: for a while nothing is written to them, so that no notice breeds another."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import Setting

_SETTING = core(Setting)
_PREFIX = "muted:"

TERM = timedelta(days=7)
"""How long an address is left alone after a bounce; a full mailbox is often emptied by then."""


def mute(session: Session, address: str, now: datetime) -> bool:
    """Leave an address alone from now on; returns False when it was left alone already."""
    was = bool(_muted(session, [address], now))
    session.merge(Setting(name=_name(address), value=address.lower(), changed_at=now))
    return not was


def without(session: Session, addresses: Iterable[str], now: datetime) -> list[str]:
    """Return the addresses that may be written to, each once, in their order."""
    wanted = list(dict.fromkeys(addresses))
    muted = _muted(session, wanted, now)
    return [address for address in wanted if address.lower() not in muted]


def listing(session: Session, now: datetime, *, limit: int = 100) -> list[Setting]:
    """Return the addresses that are left alone now, with the instant of their last bounce."""
    query = (
        select(Setting)
        .where(_SETTING.c.name.startswith(_PREFIX), _SETTING.c.changed_at > now - TERM)
        .order_by(_SETTING.c.changed_at)
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def _muted(session: Session, addresses: Iterable[str], now: datetime) -> frozenset[str]:
    names = [_name(address) for address in addresses]
    query = select(_SETTING.c.value).where(_SETTING.c.name.in_(names), _SETTING.c.changed_at > now - TERM)
    return frozenset(session.execute(query).scalars()) if names else frozenset()


def _name(address: str) -> str:
    """Return the setting's name: an address may be longer than a name."""
    return _PREFIX + hashlib.sha256(address.lower().encode()).hexdigest()[:40]
