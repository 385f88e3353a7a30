"""The MP3 as a stream of frames: how windows are joined, and the header in front of them."""
