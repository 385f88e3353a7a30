"""The page and the feed on this machine, as a web host would serve them."""

from meditations.serving.server import Server, start_server

__all__ = ["Server", "start_server"]
