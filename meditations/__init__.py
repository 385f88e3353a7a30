"""Guided meditations from a script: spoken offline, mixed, mastered, ready to publish."""

__version__ = "0.1.0"
