"""The bench: what a build costs beside what others cost, in one run: `make bench`."""
