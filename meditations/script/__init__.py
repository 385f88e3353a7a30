"""What a maker writes: the YAML read with its places kept, checked, and held as a `Script`."""

from meditations.script.model import Script
from meditations.script.reader import read_script

__all__ = ["Script", "read_script"]
