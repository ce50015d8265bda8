"""How a command ends: one line on stderr and the exit code that the contract fixes."""

from enum import IntEnum


class Code(IntEnum):
    """Exit codes of ``som``."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    TEMPORARY = 3
    DAMAGED = 4


class CommandError(Exception):
    """A command cannot go on; the message says what, where and what to do."""

    code = Code.REFUSED


class Refused(CommandError):
    """The request is understood and not allowed, or its data is wrong."""

    code = Code.REFUSED


class Misused(CommandError):
    """Settings or usage are wrong."""

    code = Code.USAGE


class Temporary(CommandError):
    """Something outside does not answer now; the same command may succeed later."""

    code = Code.TEMPORARY


class Damaged(CommandError):
    """Stored data contradicts itself."""

    code = Code.DAMAGED
