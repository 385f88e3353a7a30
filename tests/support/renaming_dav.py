"""Files for wsgidav's server that are moved as Apache moves them: in one step.

Left to itself, wsgidav 4.4 deletes what lies at the new name first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wsgidav.fs_dav_provider import FileResource, FilesystemProvider


class _File(FileResource):  # type: ignore[misc]
    def handle_move(self, dest_path: str) -> bool:
        place = self.provider._loc_to_file_path(dest_path, self.environ)
        Path(self._file_path).replace(place)
        return True


class Renaming(FilesystemProvider):  # type: ignore[misc]
    """A folder."""

    def get_resource_inst(self, path: str, environ: dict[str, Any]) -> Any:
        """A file or folder below it, or None."""
        found = super().get_resource_inst(path, environ)
        if isinstance(found, FileResource):
            return _File(path, environ, found._file_path)
        return found
