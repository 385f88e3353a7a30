"""Passwords from `~/.netrc`, where `ftp` and `curl` have them: of each server its own."""

from __future__ import annotations

import netrc
from dataclasses import dataclass, field
from pathlib import Path

from meditations.errors import MeditationError


@dataclass(frozen=True, slots=True)
class Login:
    """As whom we are let in somewhere; the password is not shown by accident."""

    user: str
    password: str = field(repr=False)


def login_for(host: str, user: str) -> Login | None:
    """What is kept for a server, or None.

    Args:
        host: The server's name.
        user: As whom; empty for whoever is named there.

    Raises:
        MeditationError: If the file cannot be read, or others could read it.
    """
    try:
        told = netrc.netrc().authenticators(host)
    except FileNotFoundError:
        return None
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError) as error:
        # The parser's own message may repeat what stands in the file.
        raise MeditationError(
            "this file cannot be read, or others may read it",
            mend="each line: machine example.org login me password …; and: chmod 600 ~/.netrc",
            file=Path("~/.netrc"),
        ) from (None if isinstance(error, netrc.NetrcParseError) else error)
    if told is None:
        return None
    login, _, password = told
    if user and login and login != user:
        return None
    return Login(login or user, password or "")
