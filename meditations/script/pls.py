"""Pronunciation lexicons as other programs have them: PLS 1.0 of the W3C, read and written.

After https://www.w3.org/TR/pronunciation-lexicon/. Roles are left out: nothing here tells a verb
from a noun. Of several ways to say a word the preferred one counts, else the first that can be
used; so does the first of several lexemes with one grapheme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from meditations.errors import FaultyScriptError, MeditationError, Where, nearest
from meditations.script.pronunciation import Sound, check_sound, check_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from lxml.etree import _Element

NAMESPACE: Final = "http://www.w3.org/2005/01/pronunciation-lexicon"
LARGEST_BYTES: Final = 8_000_000
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_CODE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_IN_LEXICON: Final = ("meta", "metadata", "lexeme")
_IN_LEXEME: Final = ("grapheme", "phoneme", "alias", "example")


@dataclass(frozen=True, slots=True)
class PlsLexicon:
    """Words of one language, each with how it is said."""

    language: str
    words: dict[str, Sound]

    def is_for(self, language: str) -> bool:
        """Whether a script in `language` uses it: `en-US` is for `en` and `en-US`, not `en-GB`."""
        one, other = (code.lower().split("-") for code in (self.language, language))
        shared = min(len(one), len(other))
        return one[:shared] == other[:shared]


def read_pls(file: Path, shown: Path) -> PlsLexicon:
    """The lexicon in a file.

    Args:
        file: A PLS file.
        shown: Its name in messages.

    Raises:
        FaultyScriptError: With every fault of its words, each with its line.
        MeditationError: If it cannot be read, or is no lexicon.
    """
    try:
        root = _root(file, shown)
        lexicon = _Reader(shown).lexicon(root)
    except MeditationError as error:
        raise error.at(Where(shown)) from None
    return lexicon


def _root(file: Path, shown: Path) -> _Element:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise MeditationError(f"cannot be read: {error.strerror}") from None
    if len(raw) > LARGEST_BYTES:
        raise MeditationError(f"is over {LARGEST_BYTES // 1_000_000} MB")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        where = Where(shown, error.lineno or 0)
        raise MeditationError(f"is no XML: {error.msg}", where=where) from None
    document: Any = root.getroottree().docinfo
    if document.doctype:
        # It could define what the text does not say, or ask for files.
        raise MeditationError("has a DOCTYPE, which a lexicon does not need", mend="delete it")
    return root


class _Reader:
    """Reads a lexicon, and gathers its faults."""

    def __init__(self, shown: Path) -> None:
        self._shown = shown
        self._faults: list[MeditationError] = []

    def lexicon(self, root: _Element) -> PlsLexicon:
        if root.tag != f"{{{NAMESPACE}}}lexicon":
            raise MeditationError(
                "is no pronunciation lexicon",
                mend=f'a PLS file begins with <lexicon version="1.0" xmlns="{NAMESPACE}" …>',
            )
        if root.get("version") != "1.0":
            raise self._fault(root, f"version '{root.get('version', '')}' of PLS is not known",
                              'write version="1.0"')  # fmt: skip
        language = root.get(_LANGUAGE, "")
        if not _CODE.fullmatch(language):
            raise self._fault(root, "does not say its language", 'write xml:lang="en"')
        words: dict[str, Sound] = {}
        for lexeme in self._children(root, _IN_LEXICON):
            if _name(lexeme) == "lexeme":
                for word, sound in self._lexeme(lexeme, root.get("alphabet", "")):
                    words.setdefault(word, sound)
        if self._faults:
            raise FaultyScriptError(self._faults)
        return PlsLexicon(language, words)

    def _lexeme(self, lexeme: _Element, alphabet: str) -> Iterator[tuple[str, Sound]]:
        children = list(self._children(lexeme, _IN_LEXEME))
        graphemes = [child for child in children if _name(child) == "grapheme"]
        ways = [child for child in children if _name(child) in ("phoneme", "alias")]
        if not graphemes or not ways:
            what = "a lexeme needs a <grapheme>, and a <phoneme> or an <alias>"
            self._faults.append(self._fault(lexeme, what))
            return
        usable = [way for way in ways if _name(way) == "alias"
                  or way.get("alphabet", alphabet) == "ipa"]  # fmt: skip
        if not usable:
            known = ways[0].get("alphabet", alphabet)
            what = f"the alphabet '{known}' is not known here"
            self._faults.append(self._fault(ways[0], what, 'write the sounds in alphabet="ipa"'))
            return
        way = next((way for way in usable if way.get("prefer") == "true"), usable[0])
        told = {"alias" if _name(way) == "alias" else "ipa": _text(way)}
        sound = Sound.model_construct(sub=told.get("alias"), ipa=told.get("ipa"))
        if not self._passes(way, lambda: check_sound(sound)):
            return
        for grapheme in graphemes:
            word = _text(grapheme)
            if self._passes(grapheme, lambda w=word: check_word(w)):  # type: ignore[misc]
                yield word, sound

    def _passes(self, element: _Element, check: Callable[[], None]) -> bool:
        try:
            check()
        except MeditationError as error:
            self._faults.append(self._fault(element, error.what, error.mend))
            return False
        return True

    def _children(self, parent: _Element, known: tuple[str, ...]) -> Iterator[_Element]:
        for child in parent:
            tag = etree.QName(child)
            if tag.namespace == NAMESPACE and tag.localname not in known:
                what = f"<{tag.localname}> is not known in <{_name(parent)}>"
                self._faults.append(self._fault(child, what, nearest(tag.localname, known)))
            elif tag.namespace == NAMESPACE:
                yield child  # what others have put in is theirs

    def _fault(self, element: _Element, what: str, mend: str = "") -> MeditationError:
        line: Any = element.sourceline
        return MeditationError(what, mend=mend, where=Where(self._shown, line or 0))


def _name(element: _Element) -> str:
    return etree.QName(element).localname


def _text(element: _Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def pls_text(words: Mapping[str, Sound], language: str) -> bytes:
    """A lexicon that other programs read; the same words give the same bytes."""
    names: Any = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}lexicon", nsmap=names)
    root.set("version", "1.0")
    root.set("alphabet", "ipa")
    root.set(_LANGUAGE, language)
    for word in sorted(words):
        lexeme = etree.SubElement(root, f"{{{NAMESPACE}}}lexeme")
        etree.SubElement(lexeme, f"{{{NAMESPACE}}}grapheme").text = word
        sound = words[word]
        kind = "phoneme" if sound.ipa else "alias"
        etree.SubElement(lexeme, f"{{{NAMESPACE}}}{kind}").text = sound.ipa or sound.sub
    told: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return told
