"""Recognize names of accounts that people could mistake for the name or the id of another one."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U0001d159\U000e0100-\U000e01ef]"
)
"""Marks and letters that show nothing, although their categories are those of visible ones."""

_LATIN_VARIANT = re.compile(
    r"LATIN (?:CAPITAL |SMALL )?LETTER (?:SMALL CAPITAL |DOTLESS |OPEN )?([A-Z])(?: WITH .+)?"
)

_LOOKALIKES = {
    "l": "\u053c\u13de\u14aa\u2cd0\u2cd1\ua4e1\U0001041b\U000118a3\U000118b2\U00016f16",
    "i": "1|\u01c0\u0196\u0269\u0399\u03b9\u0406\u0456\u04c0\u04cf\u05c0\u05d5\u05df\u0627\u0661"
    "\u06f1\u07ca\u13a5\u16c1\u2223\u2502\u2758\u2c92\u2c93\u2d4f\ua4f2\ua646\ua647\U0001028a\U00010309"
    "\U00010320\U00016f28",
    "v": "\u03bd\u03c5\u0474\u0475\u05d8\u0667\u06f7\u13d9\u142f\u2228\u22c1\u2d38\ua4e6\ua6df"
    "\U0001051d\U000118a0\U00016f08",
    "e": "\u0190\u0395\u03b5\u0404\u0415\u0435\u0454\u04bc\u04bd\u13ac\u212e\u22ff\u2c88\u2d39"
    "\ua4f0\U00010286\U000118a6\U000118ae",
    "-": "\u02d7\u06d4\u1173\u1428\u2043\u2212\u2500\u2501\u2796\u2cba\u30fc\u3161\u4e00",
}
"""Characters of other scripts, and signs, that look like those of `LIVE-`."""

_LETTERS = {each: letter for letter, others in _LOOKALIKES.items() for each in others}

_LIKE_LIVE = re.compile("[li]ive-")
"""A small l and a capital I look the same."""

_ALPHABETS = frozenset(
    ("LATIN", "GREEK", "COPTIC", "CYRILLIC", "ARMENIAN", "CHEROKEE", "LISU", "DESERET")
)
"""The alphabets that share the shapes of letters."""


def has_unreadable_characters(name: str) -> bool:
    """Return whether a name has characters that are invisible or change its direction, or
    full-width, bold or other styled forms of the letters and digits of ASCII."""
    return (
        not name.isprintable()
        or _INVISIBLE.search(name) is not None
        or any(map(_is_styled_ascii, name))
    )


def mixes_alphabets(name: str) -> bool:
    """Return whether a word has letters of two alphabets that share the shapes of letters."""
    return any(len(_alphabets(word)) > 1 for word in re.findall(r"[^\W_]+", name))


def looks_live(name: str) -> bool:
    """Return whether a name begins as the ids of live accounts do, for people who read it."""
    decomposed = unicodedata.normalize("NFKD", name)
    read = "".join(map(_letter, decomposed)).lstrip("-")
    start = re.search(r"[^\W_]", read)
    return start is not None and _LIKE_LIVE.match(read, start.start()) is not None


def _is_styled_ascii(character: str) -> bool:
    if character.isascii():
        return False
    plain = unicodedata.normalize("NFKC", character)
    return any(each.isascii() and each.isalnum() for each in plain)


def _alphabets(word: str) -> frozenset[str]:
    names = (unicodedata.name(each, "").split(" ")[0] for each in word if each.isalpha())
    return _ALPHABETS.intersection(names)


def _letter(character: str) -> str:
    """Return what a character is read as: nothing for a mark or a space."""
    category = unicodedata.category(character)
    if category[0] in "MZC":
        return ""
    if category == "Pd":
        return "-"
    if known := _LETTERS.get(character):
        return known
    variant = _LATIN_VARIANT.fullmatch(unicodedata.name(character, ""))
    return (variant[1] if variant else character).lower()
