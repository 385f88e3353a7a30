"""The podcast: its channel and episodes, the feed, and the folder to be uploaded."""
