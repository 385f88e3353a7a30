"""Guided meditations from a script: spoken offline, mixed, mastered, ready to publish."""

__version__ = "0.1.0"

import os

# Arrays here are short: threads of a linear algebra library would only wait, and take time from
# the workers while they do. It reads this when numpy is imported, so it is said here, first.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
