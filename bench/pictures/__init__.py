"""The pictures of the docs, drawn from real renders."""
