"""Uploading: media first, the feed last, nothing lost on the way."""
