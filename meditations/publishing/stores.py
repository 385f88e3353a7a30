"""Stores of objects: they put a file into its place whole, and some are told its headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from meditations.publishing.headers import Headers


def _google(headers: Headers) -> dict[str, Any]:
    fixed = {"cache_control": headers.cache}
    return {"content_type": headers.type, "fixed_key_metadata": fixed}


def _azure(headers: Headers) -> dict[str, Any]:
    return {"content_settings": {"content_type": headers.type, "cache_control": headers.cache}}


def _unknown(headers: Headers) -> dict[str, Any]:
    del headers
    return {}


STORES: Final[dict[str, Callable[[Headers], dict[str, Any]]]] = {
    **dict.fromkeys(("gs", "gcs"), _google),
    **dict.fromkeys(("abfs", "az"), _azure),
    **dict.fromkeys(("oci", "ocilake", "oss", "tos", "tosfs"), _unknown),
}
"""Where putting an object is atomic, and how each library is told the headers, if it can be."""
EXCLUSIVE: Final = frozenset({"abfs", "az", "gcs", "gs"})
"""Where an object can be made only if there is none, in one step."""
