"""The listening page: a list of meditations, one page each, and what makes them work offline."""

from meditations.page.texts import page_texts

__all__ = ["page_texts"]
