"""Windows: spans of the timeline, each mixed by pydub and encoded alone."""
