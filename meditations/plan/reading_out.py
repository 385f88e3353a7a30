"""Figures, dates, times, units and abbreviations as words, for every engine alike.

Only what is sure is read out; what may mean several things stays as it is written, and `check
--pronunciation` lists it. How each language reads them lies in `reading/`; num2words makes the
number words.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meditations.plan.telephone import NUMBER, Telephone
from meditations.script.marks import Word
from meditations.script.pronunciation import is_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FOLDER: Final = Path(__file__).with_name("reading")
LARGEST: Final = 10**15
_YEARS: Final = range(1100, 2100)
_BEFORE: Final = r"(?<![\w.,:/–+#@-])"
_BEHIND: Final = r"(?![\w/+]|[.,:]\d|[-–]\w)"
_SIGNS: Final = re.compile(r"[\d%&@#=+/°€£$½¼¾]|\.\w")


def read_out(words: Sequence[Word], language: str) -> tuple[Word, ...]:
    """The words of a sentence, its figures and abbreviations read out; captions stay.

    Args:
        words: Those under a mark, and those that a lexicon has said, stay as they are.
        language: The code of the language, such as `en` or `de-at`.
    """
    text = " ".join(word.spoken for word in words)
    if not _SIGNS.search(text) and not _has_abbreviation(text, language):
        return tuple(words)
    found: list[tuple[int, int, str]] = []
    for pattern, say in _patterns(language):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other_end and other < end for other, other_end, _ in found):
                continue
            said = say(match)
            if said is not None:
                stop = "." * _ends_sentence(match, said, language)
                found.append((start, end, " ".join(said.split()) + stop))
    return _replaced(words, sorted(found))


def _ends_sentence(match: re.Match[str], said: str, language: str) -> bool:
    """Whether the full stop of an abbreviation is that of the sentence as well."""
    if not match[0].endswith(".") or said.endswith(".") or match.groupdict().get("n"):
        return False
    behind = match.string[match.end() :]
    if not behind.strip("\"'”’)» "):
        return True
    table = _table(language) or {}
    never = match[0] in table["abbreviations"] and match[0] not in table["may_end"]
    return not never and bool(re.match(r"[\"'”’)»]*\s[\"'“‘(¿¡«]*[^\W\d_a-zß-öø-ÿ]", behind))


def left_as_written(words: Sequence[Word]) -> list[Word]:
    """Words with figures or signs in what a voice is given: it reads them in its own way."""
    return [word for word in words if not word.ipa and re.search(r"[\d%@#=+/°€£$]", word.spoken)]


def _replaced(words: Sequence[Word], found: Sequence[tuple[int, int, str]]) -> tuple[Word, ...]:
    """The words, those of each place found become one."""
    edges, place = [], 0
    for word in words:
        edges.append((place, place + len(word.spoken)))
        place += len(word.spoken) + 1
    made: list[Word] = []
    done = 0
    for start, end, said in found:
        first = next(n for n, (_, last) in enumerate(edges) if start < last)
        last = max(n for n, (begin, _) in enumerate(edges) if begin < end)
        before = words[first].spoken[: start - edges[first][0]]
        behind = words[last].spoken[end - edges[last][0] :]
        covered = words[first : last + 1]
        # Within a word, or under a mark, it is not sure.
        if first < done or any(map(str.isalnum, before + behind)) or any(map(is_marked, covered)):
            continue
        made += words[done:first]
        made.append(Word(" ".join(word.caption for word in covered), before + said + behind))
        done = last + 1
    return (*made, *words[done:])


@cache
def _table(language: str) -> dict[str, Any] | None:
    file = FOLDER / f"{language.lower().split('-')[0]}.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else None


def _has_abbreviation(text: str, language: str) -> bool:
    table = _table(language)
    return table is not None and any(short in text for short in table["abbreviations"])


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Any]], ...]:
    table = _table(language)
    if table is None:
        plain = _Numbers(language, "", "")
        # Four digits may be a year or a help line, and groups of them a telephone.
        alone = re.compile(rf"{_BEFORE}(?<!\d\s)\d{{1,3}}{_BEHIND}(?!\s\d)")
        return ((alone, lambda m: plain.cardinal(m[0])),)
    return tuple(
        (re.compile(pattern), say) for pattern, say in _Reading(language, table).patterns()
    )


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Number words of a language."""

    language: str
    decimal: str
    thousands: str
    point: str = ""

    def cardinal(self, written: str) -> str | None:
        plain = written.replace(self.thousands, "") if self.thousands else written
        value = plain.replace(self.decimal, ".") if self.decimal else plain
        if "." in value and value.endswith("0"):
            return None  # a time, a price, or thousands in the way of another language
        if len(value) > 1 and value.isdigit() and value.startswith("0"):
            return None  # a number that names something, such as 007
        return self.words(float(value) if "." in value else int(value))

    def words(self, value: float, to: str = "cardinal") -> str | None:
        if value >= LARGEST:
            return None
        import num2words  # not before there is a number

        try:
            told = num2words.num2words(value, lang=self.language.split("-")[0], to=to)
        except (NotImplementedError, OverflowError, ValueError, TypeError):
            return None
        plain = str(told).replace(",", "")
        return plain.replace(" punto ", f" {self.point} ") if self.point else plain


class _Reading:
    """The patterns of a language, the surest first."""

    def __init__(self, language: str, table: dict[str, Any]) -> None:
        self._table = table
        self._numbers = _Numbers(
            language, table["decimal"], table["thousands"], table.get("point", "")
        )
        decimal, thousands = re.escape(table["decimal"]), re.escape(table["thousands"])
        self._number = rf"(?:\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{decimal}\d+)?"
        self._feminine = table.get("feminine", {})

    def patterns(self) -> Iterator[tuple[str, Callable[[re.Match[str]], Any]]]:
        table, number = self._table, self._number
        shorts = _any_of(table["abbreviations"])
        yield rf"(?<!\w)(?:{shorts})(?!\w)", lambda m: table["abbreviations"][m[0]]
        yield rf"{_BEFORE}\d(?:-\d){{2,}}{_BEHIND}", self._digits
        yield NUMBER, Telephone(table, self._numbers.words)
        # Decades: the 1990s, the 60s. Four seconds are 4s.
        yield r"(?<!\w)['’]?(?:\d{2,3}0s|(?i:the) \d0s|['’]\d0s)(?!\w)", lambda m: m[0]
        months = _any_of(table["months"])
        year = r"(?:,?\s(?P<y>\d{4}))?"
        yield rf"{_BEFORE}(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d){_BEHIND}", self._iso_date
        day_first = rf"{table['day_before_month']}\s(?P<month>{months}){year}"
        yield rf"{_PREVIOUS}{_BEFORE}{day_first}{_BEHIND}", self._day_first
        if table["day_behind_month"]:
            day_behind = rf"(?P<month>{months})\s{table['day_behind_month']}{year}"
            yield rf"(?<!\w){day_behind}{_BEHIND}", self._day_behind
        behind = _any_of(table["behind_time"])
        yield (rf"{_BEFORE}(?P<h>\d{{1,2}})(?P<sep>[:.])(?P<min>\d\d)(?:\s?(?P<behind>{behind}))?"
               rf"{_BEHIND}"), self._time  # fmt: skip
        if table["time"]["hour_alone"]:
            yield rf"{_BEFORE}(?P<h>\d{{1,2}})\s?(?P<behind>{behind}){_BEHIND}", self._hour
        # At the beginning "No." may be an answer.
        alone, others = table.get("answers", []), set(table["before_number"])
        for before, names in (("", others - set(alone)), (r"(?<=[\w,]\s)", alone)):
            if names:
                numbers = _any_of(sorted(names))
                yield rf"{before}(?:{numbers})\s(?P<n>\d+){_BEHIND}", self._numbered
        if table.get("ordinals_behind"):
            articles = _any_of([*table["ordinals_behind"], *table["ordinals_left"]])
            yield rf"(?<!\w)(?i:(?P<w>{articles}))\s(?P<n>\d{{1,2}})\.(?=\s\w)", self._nth
        units = _any_of(table["units"])
        span = rf"(?P<a>{number})(?:[-–](?P<b>{number}))?"
        yield rf"(?P<minus>(?<!\S)[-−])?{_NOT_BEHIND}{span}\s?%{_BEHIND}", self._percent
        yield rf"(?P<minus>(?<!\S)[-−])?{_NOT_BEHIND}{span}\s?(?P<unit>{units})(?!\w)", self._unit
        large = _any_of(table["multiples"])
        money = "|".join(map(re.escape, "€£$"))
        yield rf"(?<!\w)(?P<unit>{money})(?P<a>{number})\s(?:{large})(?!\w)", lambda m: m[0]
        decimal = re.escape(table["decimal"])
        yield (rf"(?<!\w)(?P<unit>{money})(?P<a>\d+){decimal}(?P<cents>\d\d){_BEHIND}",
               self._money)  # fmt: skip
        yield (rf"{_NOT_BEHIND}(?P<a>\d+){decimal}(?P<cents>\d\d)\s?(?P<unit>{money})(?!\w)",
               self._money)  # fmt: skip
        yield rf"(?<!\w)(?P<unit>[€£$])(?P<a>{number})(?P<b>){_BEHIND}", self._unit
        if table["ordinal"]:
            yield rf"{_BEFORE}{table['ordinal']}(?!\w)", self._ordinal
        fractions = _any_of(table["fractions"])
        yield rf"(?<!\w)(?P<a>\d+)?\s?(?P<f>{fractions})(?!\w)", self._fraction
        yield rf"{_BEFORE}(?P<a>{number})[-–](?P<b>{number}){_BEHIND}", self._range
        words = "|".join(map(re.escape, [*table["years_behind"], *table["months"]]))
        yield rf"{_BEFORE}(?P<n>\d{{1,3}})-(?P<w>[^\W\d_]{{3,}}(?:-[^\W\d_]+)*)(?!\w)", self._joined
        yield rf"(?<!\w)(?i:(?P<w>{words}))\s(?P<y>\d{{4}}){_BEHIND}", self._year
        yield (rf"(?P<minus>(?<!\S)[-−])?{_NOT_BEHIND}(?P<a>{number}){_BEHIND}(?P<then>(?=\s\w)?)"
               ), self._plain  # fmt: skip

    def _digits(self, match: re.Match[str]) -> str:
        return ", ".join(self._numbers.words(int(digit)) or digit for digit in match[0].split("-"))

    def _iso_date(self, match: re.Match[str]) -> str | None:
        month, day = int(match["m"]), int(match["d"])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        return self._date("date", day, self._table["months"][month - 1], match["y"], "")

    def _day_first(self, match: re.Match[str]) -> str | None:
        kind = "date_day_first" if "date_day_first" in self._table else "date"
        before = match["before"] or ""
        said = self._date(kind, int(match["d"]), match["month"], match["y"], before)
        article = self._table.get("article", "")
        if said and article and before.lower() == article:
            said = said.removeprefix(article)
        return said and f"{before} {said}"

    def _day_behind(self, match: re.Match[str]) -> str | None:
        written = match[0].removesuffix(",")
        if written[-1].isdigit() and not match["y"] and _goes_on(match):
            before = re.search(r"(\w+)\s$", match.string[: match.start()])
            if before is None or before[1].lower() not in self._table["before_date"]:
                return None  # March 3 miles on
        return self._date("date", int(match["d"]), match["month"], match["y"], "")

    def _date(self, kind: str, day: int, month: str, year: str | None, before: str) -> str | None:
        if not 1 <= day <= 31:
            return None
        ordinal = self._numbers.words(day, "ordinal") or ""
        endings = self._table.get("ordinal_endings")
        if endings:
            ordinal += endings.get(before.lower(), endings[""])
        first = self._numbers.words(day, "ordinal") if day == 1 else None
        spoken_day = first or self._numbers.words(day) or ""
        said = self._table[kind].format(ordinal=ordinal, day=spoken_day, month=month)
        if year:
            said += self._table["year_behind_date"].format(
                year=self._numbers.words(int(year), "year")
            )
        return str(said)

    def _time(self, match: re.Match[str]) -> str | None:
        hour, minute, behind = int(match["h"]), int(match["min"]), match["behind"]
        time = self._table["time"]
        if (
            hour > 24
            or (hour == 24 and minute)
            or minute > 59
            or (match["sep"] == "." and not behind)
        ):
            return None
        suffix = self._table["behind_time"][behind] if behind else ""
        if minute == 0 and suffix:
            return f"{self._hours(hour)} {suffix}"
        if minute == 0:
            return (
                str(time["zero"])
                if hour in (0, 24)
                else str(time["clock"]).format(h=self._hours(hour))
            )
        form = time["early" if minute < 10 else "half"]
        return f"{form.format(h=self._hours(hour), m=self._numbers.words(minute))} {suffix}"

    def _hours(self, hour: int) -> str | None:
        return str(self._table["time"]["one"]) if hour == 1 else self._numbers.words(hour)

    def _hour(self, match: re.Match[str]) -> str | None:
        hour, suffix = int(match["h"]), self._table["behind_time"][match["behind"]]
        if hour > 24:
            return None
        if suffix:
            return f"{self._hours(hour)} {suffix}"
        return str(self._table["time"]["clock"]).format(h=self._hours(hour))

    def _numbered(self, match: re.Match[str]) -> str | None:
        before = match[0].split()[0]
        said = self._numbers.cardinal(match["n"])
        return said and f"{self._table['before_number'][before]} {said}"

    def _nth(self, match: re.Match[str]) -> str | None:
        if match["w"].lower() in self._table["ordinals_left"]:
            return match[0]  # its ending is not sure: der erste, in der ersten
        said = self._numbers.words(int(match["n"]), "ordinal")
        return said and f"{match['w']} {said}n"

    def _percent(self, match: re.Match[str]) -> str | None:
        said = self._span(match, None)
        return said and str(self._table["percent"]).format(n=said)

    def _unit(self, match: re.Match[str]) -> str | None:
        one, many = self._table["units"][match["unit"]]
        said = self._span(match, match["unit"])
        return said and f"{said} {one if match['a'] == '1' and not match['b'] else many}"

    def _money(self, match: re.Match[str]) -> str | None:
        one, many = self._table["units"].get(match["unit"], ("", ""))
        if not one or match["cents"] == "00":
            return None
        first = self._feminine.get("other", "one") if match["a"] == "1" else None
        whole = first or self._numbers.cardinal(match["a"])
        cents = self._numbers.words(int(match["cents"]))
        unit = one if match["a"] == "1" else many
        return whole and str(self._table["money"]).format(whole=whole, unit=unit, cents=cents)

    def _span(self, match: re.Match[str], unit: str | None) -> str | None:
        """One number or two, with a minus before them, as they stand before a unit."""
        last = match["b"] or match["a"]
        one = None
        if last == "1" and self._feminine:
            one = self._feminine["one" if unit in self._feminine["units"] else "other"]
        elif self._is_open(last) and unit:
            return None
        said = one or self._numbers.cardinal(last)
        if said and match["b"]:
            first = self._numbers.cardinal(match["a"])
            said = first and self._table["range"].format(a=first, b=said)
        minus = match.groupdict().get("minus")
        return said and (f"{self._table['minus']} {said}" if minus else said)

    def _is_open(self, number: str) -> bool:
        """Whether its last word depends on what is counted: `veintiún`, `veintiuna`."""
        return bool(self._feminine) and number.endswith("1") and not number.endswith("11")

    def _ordinal(self, match: re.Match[str]) -> str | None:
        said = self._numbers.words(int(match["n"].replace(self._numbers.thousands, "")), "ordinal")
        return said and (said[:-1] + "a" if match[0].endswith("ª") else said)

    def _fraction(self, match: re.Match[str]) -> str | None:
        said = str(self._table["fractions"][match["f"]])
        if not match["a"]:
            return said
        whole = self._numbers.cardinal(match["a"])
        return whole and f"{whole} {self._table['fractions_behind'].format(f=said)}"

    def _range(self, match: re.Match[str]) -> str | None:
        first, last = self._numbers.cardinal(match["a"]), self._numbers.cardinal(match["b"])
        rising = self._value(match["a"]) < self._value(match["b"])
        if "-" in match[0] and not _goes_on(match):
            return None  # 7-11 is a name, or a day
        if not (first and last and rising) or self._is_open(match["b"]):
            return None
        return str(self._table["range"]).format(a=first, b=last)

    def _value(self, written: str) -> float:
        plain = written.replace(self._numbers.thousands, "")
        return float(plain.replace(self._numbers.decimal, "."))

    def _year(self, match: re.Match[str]) -> str | None:
        if int(match["y"]) not in _YEARS:
            return None
        return f"{match['w']} {self._numbers.words(int(match['y']), 'year')}"

    def _joined(self, match: re.Match[str]) -> str | None:
        said = None if self._is_open(match["n"]) else self._numbers.cardinal(match["n"])
        return said and f"{said.replace(' ', '-')}-{match['w']}"

    def _plain(self, match: re.Match[str]) -> str | None:
        written = match["a"]
        if written.isdigit() and int(written) in _YEARS:
            return None  # a year or a number: who knows
        if self._is_open(written) and match["then"] is not None and _goes_on(match):
            return None
        said = self._numbers.cardinal(written)
        return said and (f"{self._table['minus']} {said}" if match["minus"] else said)


_PREVIOUS: Final = r"(?:(?<!\w)(?P<before>[^\W\d]+)\s)?"
_NOT_BEHIND: Final = r"(?<![\w.,:/#@])"


def _goes_on(match: re.Match[str]) -> bool:
    """Whether a word follows, which may be what is counted."""
    return re.match(r"\s\w", match.string[match.end() :]) is not None


def _any_of(words: Sequence[str] | dict[str, Any]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
