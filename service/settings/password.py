"""Where a password comes from: an environment variable or a private file, never the settings file itself."""

import os
import stat
from pathlib import Path

from service.settings.problems import Problem


class PasswordMissing(Exception):
    """A password cannot be had; ``problem`` says which and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_password(env: str, file: str, *, folder: Path, source: str, section: str, what: str = "password") -> str:
    """Return the password named by a variable or a file (its first line), or "" when neither is named.

    ``what`` is how its two keys begin. A relative file is looked for in ``folder``. Raises ``PasswordMissing``; its
    text never holds the password.
    """
    if env:
        password = os.environ.get(env, "")
        if not password:
            raise PasswordMissing(
                Problem(
                    source=source, key=f"{section}.{what}_env", message=f"the environment variable {env} is not set"
                )
            )
        return password
    if file:
        try:
            return _first_line(folder / file)
        except OSError as error:
            why = error.strerror or "cannot be read"
        except ValueError as error:
            why = str(error)
        raise PasswordMissing(Problem(source=source, key=f"{section}.{what}_file", message=f"{file}: {why}"))
    return ""


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise ValueError("other logins can read it; run: chmod 600 on it")
        line = file.readline(4096)
    try:
        password = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None
    if not password:
        raise ValueError("its first line is empty")
    return password
