"""What fsspec can reach: which of it can be published to, and what that needs."""

from __future__ import annotations

import re
from typing import Any, Final

import fsspec
from fsspec.registry import known_implementations
from fsspec.spec import AbstractFileSystem

from meditations.errors import MeditationError

HOW: Final = (
    "name a folder, or write sftp://user@example.org/var/www/meditations or s3://bucket/meditations"
    "\n(what else there is: docs/publishing.md)"
)
OURS: Final = frozenset({"sftp", "s3", "ftps", "webdavs"})
"""Reached in ways of our own, or under names that fsspec does not have."""
EXTRAS: Final = {
    **{name: name for name in ("sftp", "s3", "gs", "abfs", "webdav")},
    **{"gcs": "gs", "az": "abfs", "webdavs": "webdav"},
}
"""The extra of this program that brings what a protocol needs."""
_READ_ONLY: Final = frozenset(
    {"adl", "data", "dvc", "gist", "git", "github", "http", "https", "jlab", "jupyter"}
    | {"libarchive", "reference", "tar", "zip"}
)
_NOWHERE: Final = frozenset(
    {"arrow_hdfs", "async_wrapper", "asynclocal", "asyncwrapper", "blockcache", "cached", "dask"}
    | {"dbfs", "dir", "filecache", "generic", "hf", "lakefs", "memory", "pyscript", "root"}
    | {"simplecache", "wandb"}
)
"""They wrap others, forget everything, or keep what no web server serves."""
_OTHERWISE: Final = {
    "file": "name the folder itself, without file://",
    "local": "name the folder itself, without local://",
    "s3a": "write s3://bucket/folder",
    "ssh": "write sftp://user@server/folder",
}
_GOOGLE: Final = (
    "keys are taken from where Google's tools have them (gcloud auth application-default login, or"
    " GOOGLE_APPLICATION_CREDENTIALS)"
)
_AZURE: Final = "keys are taken from AZURE_STORAGE_… in the environment (docs/publishing.md)"
_NETRC: Final = "it is taken from ~/.netrc, as: machine example.org login me password …"
SECRETS: Final = {
    "sftp": "use a key (ssh-keygen, ssh-copy-id, ssh-agent)",
    "s3": "keys are taken from the environment or from ~/.aws, as the AWS tools do",
    **dict.fromkeys(("gs", "gcs"), _GOOGLE),
    **dict.fromkeys(("abfs", "az"), _AZURE),
    **dict.fromkeys(("ftp", "ftps", "webdav", "webdavs"), _NETRC),
}
OTHER_SECRETS: Final = "it is taken from where the protocol's library and fsspec look for it"


def refuse_unfit(protocol: str) -> None:
    """Makes sure that something can be published by a protocol.

    Raises:
        MeditationError: If it is only read, wraps others, or is not known at all.
    """
    if protocol in _OTHERWISE:
        raise MeditationError(
            f"'{protocol}://' is not how it is written here", mend=_OTHERWISE[protocol]
        )
    if protocol in _READ_ONLY:
        raise MeditationError(f"by '{protocol}://' things can only be read", mend=HOW)
    if protocol in _NOWHERE or protocol not in OURS | known_implementations.keys():
        raise MeditationError(f"nothing can be published by '{protocol}://' here", mend=HOW)


def filesystem_class(protocol: str) -> Any:
    """The class by which fsspec reaches a protocol.

    Raises:
        MeditationError: If its library is not installed.
    """
    try:
        return fsspec.get_filesystem_class(protocol)
    except ImportError:
        raise missing_library(protocol) from None


def moves(filesystem: Any) -> bool:
    """Whether a class has a way of its own to rename; fsspec's would copy, and show halves."""
    return any(
        getattr(filesystem, name) is not getattr(AbstractFileSystem, name)
        for name in ("mv", "rename", "move")
    )


def missing_library(protocol: str) -> MeditationError:
    """The message where the library of a protocol is not installed, with the pip command."""
    told = known_implementations.get(protocol, {"class": "", "err": ""})
    package = told["class"].partition(".")[0]
    if extra := EXTRAS.get(protocol):
        package = f"'meditations[{extra}]'"
    elif package == "fsspec":  # its own module, which needs another package
        package = next(iter(re.findall(r'"([\w.-]+)"', told["err"])), "")
    return MeditationError(
        f"what is needed for {protocol}:// is not installed",
        mend=f"get it with: pip install {package}" if package else f"fsspec says: {told['err']}",
    )
