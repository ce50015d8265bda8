"""The bell of a mailbox: rings the moment the server announces a letter, where the server can (IMAP IDLE)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from inbox.sources import SourceError
from inbox.sources.imap import ImapSettings, ImapSource
from letters.clean import clean_line

log = structlog.get_logger()


@dataclass(slots=True)
class Bell:
    """Listens to one mailbox over a connection of its own and calls ``ring``; it reads no letter itself.

    It is a convenience above the poll by the clock and never replaces it. After a lost connection it listens again
    once ``mended`` was called, that is, once a pass over the mailbox went well: a wrong password is not tried twice.
    """

    imap: ImapSettings
    ring: Callable[[], object]
    stopping: threading.Event
    _well: threading.Event = field(default_factory=threading.Event)

    def mended(self) -> None:
        """Say that a pass over the mailbox went well just now."""
        self._well.set()

    def listen(self) -> None:
        """Listen until ``stopping``; ends at once where the server has no IDLE."""
        while not self.stopping.is_set():
            if not self._well.wait(1.0):
                continue
            try:
                with ImapSource(self.imap) as source:
                    source.open()
                    if not source.idles:
                        log.info("no idle", mailbox=self.imap.name)
                        return
                    self._wait(source)
            except SourceError as error:
                self._well.clear()
                log.info("idle lost", mailbox=self.imap.name, error=clean_line(str(error), 400))
            except Exception as error:
                self._well.clear()
                log.error("idle raised", mailbox=self.imap.name, error=type(error).__name__, exc_info=error)

    def _wait(self, source: ImapSource) -> None:
        self.ring()  # for what came before anybody listened
        while not self.stopping.is_set():
            if source.wait(self.imap.idle_seconds, stop=self.stopping.is_set):
                self.ring()
