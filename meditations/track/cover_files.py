"""The cover as files. Workers find it here, and read nothing that only the pipeline needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meditations.track.palettes import palette_for

if TYPE_CHECKING:
    from pathlib import Path


def cover_files(title: str, palette: str, slug: str, own: Path | None) -> tuple[bytes, bytes]:
    """The cover as PNG and as JPEG. Runs in a worker.

    Args:
        title: What is written on it.
        palette: The name of its colours; where it is empty, `slug` chooses them.
        slug: The name of the track.
        own: The maker's own picture, which is taken instead of a drawn one.

    Raises:
        MeditationError: If there is no such palette, or the picture cannot be used.
    """
    from meditations.track import cover

    image = cover.fit_cover(own) if own else cover.draw_cover(title, palette or palette_for(slug))
    return cover.cover_png(image), cover.cover_jpeg(image)
