"""The page and the feed on this machine, as a web host would serve them."""
