"""Languages: their tags (BCP 47), what they are called, and how a file's name tells of one."""

from __future__ import annotations

import re
from typing import Final

TAG: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
"""What a maker may write for a language."""
NAMES: Final = {
    "af": "Afrikaans", "am": "አማርኛ", "ar": "العربية", "az": "Azərbaycanca", "be": "Беларуская",
    "bg": "Български", "bn": "বাংলা", "bs": "Bosanski", "ca": "Català", "cs": "Čeština",
    "cy": "Cymraeg", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά", "en": "English",
    "eo": "Esperanto", "es": "Español", "et": "Eesti", "eu": "Euskara", "fa": "فارسی",
    "fi": "Suomi", "fr": "Français", "ga": "Gaeilge", "gd": "Gàidhlig", "gl": "Galego",
    "gu": "ગુજરાતી", "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar",
    "hy": "Հայերեն", "id": "Bahasa Indonesia", "is": "Íslenska", "it": "Italiano", "ja": "日本語",
    "ka": "ქართული", "kk": "Қазақ тілі", "kn": "ಕನ್ನಡ", "ko": "한국어", "la": "Latina",
    "lb": "Lëtzebuergesch", "lt": "Lietuvių", "lv": "Latviešu", "mk": "Македонски",
    "ml": "മലയാളം", "mr": "मराठी", "ms": "Bahasa Melayu", "mt": "Malti", "nb": "Norsk bokmål",
    "ne": "नेपाली", "nl": "Nederlands", "nn": "Norsk nynorsk", "no": "Norsk", "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski", "pt": "Português", "ro": "Română", "ru": "Русский", "sk": "Slovenčina",
    "sl": "Slovenščina", "sq": "Shqip", "sr": "Српски", "sv": "Svenska", "sw": "Kiswahili",
    "ta": "தமிழ்", "te": "తెలుగు", "th": "ไทย", "tr": "Türkçe", "uk": "Українська", "ur": "اردو",
    "uz": "Oʻzbekcha", "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip
"""How languages call themselves: a listener looks for the own one among others."""
_MORE: Final = (
    "aa ab ae ak an as av ay ba bh bi bm bo br ce ch co cr cu cv dv dz ee ff fj fo fy gn gv ha ho"
    " ht hz ia ie ig ii ik io iu jv kg ki kj kl km kr ks ku kv kw ky lg li ln lo lu mg mh mi mn my"
    " na nd ng nr nv ny oc oj om or os pi ps qu rm rn rw sa sc sd se sg si sm sn so ss st su tg ti"
    " tk tl tn to ts tt tw ty ug ve vo wa wo xh yi yo za zu"
    " ast bpy chr cmn fil grc gsw hak haw kok nci nds quc sco shn smj yue"
)
_KNOWN: Final = frozenset((*NAMES, *_MORE.split()))
"""ISO 639-1, and of the three-letter codes those that a voice here or a maker may well speak."""
_IN_A_NAME: Final = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-([a-z]{2}|\d{3}))?")


def in_name(stem: str) -> tuple[str, str]:
    """A script's name without its language, and the language, in lower case; empty without one.

    `five-senses.pt-BR` is `five-senses` in `pt-br`. What stands behind a dot and is no language
    belongs to the name.
    """
    name, dot, tag = stem.rpartition(".")
    tag = tag.lower().replace("_", "-")
    found = _IN_A_NAME.fullmatch(tag)
    if dot and name and found and found[1] in _KNOWN:
        return name, tag
    return stem, ""


def canonical(tag: str) -> str:
    """A tag as BCP 47 has it written: `pt-BR`, `zh-Hant-TW`, `de`."""
    first, *others = tag.split("-")
    return "-".join(
        [first.lower()]
        + [
            part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower()
            for part in others
        ]
    )


def base(tag: str) -> str:
    """The language alone, in lower case: `pt` of `pt-BR`."""
    return tag.partition("-")[0].lower()


def own_name(tag: str) -> str:
    """What a language calls itself, with its script and country where the tag has them."""
    first, _, rest = canonical(tag).partition("-")
    name = NAMES.get(first, first)
    return f"{name} ({rest})" if rest else name
