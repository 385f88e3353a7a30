"""Signal work on short pieces of sound: loudness, peaks, and the beds made here."""
