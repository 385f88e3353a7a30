"""A finished track, decoded and measured without looking at how it was made."""

from meditations.inspection.inspecting import inspect_track
from meditations.inspection.report import Finding, Report

__all__ = ["Finding", "Report", "inspect_track"]
