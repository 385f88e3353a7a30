"""When each thing sounds: the one clock that mix, captions, chapters and record all read."""
