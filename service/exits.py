"""How a command ends: one line on stderr and the exit code that the contract fixes."""

import errno
from enum import IntEnum
from pathlib import Path


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
    """Settings or usage are wrong: what was typed cannot be done at any desk, or names a file that is not there."""

    code = Code.USAGE


class Temporary(CommandError):
    """Something outside does not answer now; the same command may succeed later."""

    code = Code.TEMPORARY


class Damaged(CommandError):
    """Stored data contradicts itself."""

    code = Code.DAMAGED


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""A disk that is full now may have room later."""

_SAID = {
    errno.ENOENT: "no existe",
    errno.EACCES: "no hay permiso",
    errno.EPERM: "no hay permiso",
    errno.EEXIST: "ya existe; no se sobrescribe",
    errno.EISDIR: "es una carpeta, no un archivo",
    errno.ENOTDIR: "no es una carpeta",
    errno.EROFS: "está en un disco de solo lectura",
    errno.ENAMETOOLONG: "el nombre es demasiado largo",
    errno.ENOSPC: "no queda espacio en el disco",
    errno.EDQUOT: "se acabó el espacio asignado en el disco",
    errno.EFBIG: "el archivo sería demasiado grande",
    errno.EIO: "el disco o la terminal no responde",
}


def said(error: OSError) -> str:
    """Return what the system refused, in Spanish where it is an everyday refusal."""
    return _SAID.get(error.errno or 0) or error.strerror or str(error)


def path_error(path: Path | str, error: OSError) -> CommandError:
    """Return how a command ends that cannot read or write a file that it was given."""
    kind: type[CommandError] = Misused
    if error.errno in NO_ROOM:
        kind = Temporary
    elif error.errno == errno.EEXIST:
        kind = Refused
    return kind(f"{path}: {said(error)}")
