"""The page to listen on: static files that need no server, no script and no network."""
