"""The track: the pipeline from a script to an MP3 with its tags, sidecars and record."""
