"""Which words are common ones of a language, after the lists that pyspellchecker brings.

Where its list is poor and the language is read as it is written, their letters tell.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_BRITISH: Final = (("our", "or"), ("is", "iz"), ("ys", "yz"), ("ll", "l"), ("re", "er"),
                   ("ae", "e"), ("ce", "se"), ("ogue", "og"), ("mm", "m"),
                   ("tred", "tered"), ("tring", "tering"))  # fmt: skip
"""British spellings whose American one the list has."""
_JOINED: Final = frozenset(("de", "nl"))
"""Languages that make one word of two."""
_JOINTS: Final = ("", "s", "n", "en", "zu")
_LEAST_PART: Final = 3
_POOR: Final = frozenset(("es", "fa", "ru"))
"""Languages whose list has no more than the words that stand in a dictionary: no `ojos`."""
_STRANGE: Final = {
    "es": re.compile(
        r"[kw]|sh|th|ph|([bdfgjmpstvz])\1|[bcfghmpqtvw]$|q(?!u[eiéí])|y(?=[^aeiouáéíóúy])"
        r"|^s(?=[^aeiouáéíóú])"
    ),
}
"""What no word has in a language that is read as it is written."""


@cache
def common_words(language: str) -> Container[str] | None:
    """The common words of a language, in small letters, or None where there is no list."""
    from spellchecker import SpellChecker

    code = language.lower().split("-")[0]
    if code in _POOR or code not in SpellChecker.languages():
        return None
    words: Container[str] = SpellChecker(language=code).word_frequency.dictionary
    return words


def can_tell(language: str) -> bool:
    """Whether there is any knowledge of the words of a language."""
    return language.lower().split("-")[0] in _STRANGE or common_words(language) is not None


def is_common(word: str, language: str) -> bool:
    """Whether a word, its parts, or its other spelling is in the list; so is it without a list."""
    code = language.lower().split("-")[0]
    if code in _STRANGE:
        return not _STRANGE[code].search(word.lower())
    words = common_words(language)
    return words is None or any(one in words for one in _forms(word.lower(), code)) or (
        code in _JOINED and _is_joined(word.lower(), words)
    )  # fmt: skip


def _forms(word: str, code: str) -> Iterator[str]:
    plain = word.replace("’", "'")
    yield plain
    yield re.sub(r"'s?$", "", plain)
    if code == "en":
        # As in colour, organise, woollen: each of them once, wherever it stands.
        for british, other in _BRITISH:
            for found in re.finditer(british, plain):
                yield plain[: found.start()] + other + plain[found.end() :]


def _is_joined(word: str, words: Container[str]) -> bool:
    for place in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
        first, second = word[:place], word[place:]
        for joint in _JOINTS:
            rest = second.removeprefix(joint)
            if len(rest) >= _LEAST_PART and first in words and rest in words:
                return True
    return False
