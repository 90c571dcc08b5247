"""Recognize names of accounts that people could mistake for the name or the id of another one."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U0001d159\U000e0100-\U000e01ef]"
)
"""Marks and letters that show nothing, although their categories are those of visible ones."""

_EMOJI_SELECTOR, _NON_JOINER, _JOINER = "\ufe0f", "\u200c", "\u200d"
JOINERS = frozenset((_NON_JOINER, _JOINER))
"""Characters that are not printable, and that a name may have where they shape what is visible."""

_EMOJI_PUNCTUATION = "\u203c\u2049\u3030"
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_ARABIC_MARKS = "".join(map(chr, range(0x064B, 0x0653)))

_READABLE_FORMS = frozenset(("<super>", "<sub>", "<fraction>", "<compat>", "<wide>"))
"""Kinds of forms of ASCII that languages and units need. The others only change the style."""

_LATIN_VARIANT = re.compile(r"LATIN (?:[A-Z-]+ )*LETTER (?:[A-Z-]+ )*([A-Z])(?: WITH .+| LONGA)?")

_LOOKALIKES = {
    "l": "\u053c\u13de\u14aa\u2cd0\u2cd1\ua4e1\U0001041b\U000118a3\U000118b2\U00016f16",
    "i": "1|!\u00a1\u01c3"
    "\u01c0\u0196\u0269\u0399\u03b9\u0406\u0456\u04c0\u04cf\u05c0\u05d5\u05df\u0627\u0661"
    "\u06f1\u07ca\u13a5\u16c1\u2223\u2502\u2758\u2c92\u2c93\u2d4f\ua4f2\ua646\ua647\U0001028a\U00010309"
    "\U00010320\U00016f28",
    "v": "\u03bd\u03c5\u0474\u0475\u05d8\u0667\u06f7\u13d9\u142f\u2228\u22c1\u2d38\ua4e6\ua6df"
    "\U0001051d\U000118a0\U00016f08",
    "e": "\u0190\u0395\u03b5\u0404\u0415\u0435\u0454\u04bc\u04bd\u13ac\u212e\u22ff\u2c88\u2d39"
    "\ua4f0\U00010286\U000118a6\U000118ae",
    "-": "\u02d7\u06d4\u1173\u1428\u2043\u2212\u2500\u2501\u2796\u2cba\u30fc\u3161\u4e00"
    "~\u2053\u223c\u23af\u23ba\u23bb\u23bc\u23bd\u2504\u2505\u2508\u2509\u254c\u254d\u2550\u2574"
    "\u2576\u2578\u257a\u257c\u257e",
}
"""Characters of other scripts, and signs, that look like those of `LIVE-`."""

_LETTERS = {each: letter for letter, others in _LOOKALIKES.items() for each in others}

_LIKE_LIVE = re.compile("[li][li]ve-")
"""A small l and a capital I look the same."""

_ALPHABETS = frozenset(
    ("LATIN", "GREEK", "COPTIC", "CYRILLIC", "ARMENIAN", "CHEROKEE", "LISU", "DESERET")
)
"""The alphabets that share the shapes of letters."""


def has_invisible_characters(name: str) -> bool:
    """Return whether a name has characters that are invisible or change its direction.

    Those that shape what is visible are accepted: the selector of an emoji or a keycap, and the
    joiners between emoji and between Arabic letters."""
    places = range(len(name))
    visible = "".join(name[place] for place in places if not _is_shaping(name, place))
    return not visible.isprintable() or _INVISIBLE.search(visible) is not None


def has_styled_characters(name: str) -> bool:
    """Return whether a name has bold, circled or other styled forms of letters and digits of
    ASCII. Superscripts, subscripts, fractions, ligatures and full-width forms are accepted."""
    return any(map(_is_styled_ascii, name))


def mixes_alphabets(name: str) -> bool:
    """Return whether a word has letters of two alphabets that share the shapes of letters."""
    letters = "".join(each for each in name if unicodedata.category(each)[0] not in "MC")
    return any(len(_alphabets(word)) > 1 for word in re.findall(r"[^\W_]+", letters))


def looks_live(name: str) -> bool:
    """Return whether a name begins as the ids of live accounts do, for people who read it. Signs
    before it do not matter."""
    decomposed = unicodedata.normalize("NFKD", name)
    read = [(letter, each) for each in decomposed if (letter := _letter(each))]
    text = "".join(letter for letter, _ in read)
    for place, (letter, character) in enumerate(read):
        if _LIKE_LIVE.match(text, place):
            return True
        if letter != "-" and character.isalnum():
            break
    return False


def folded(name: str) -> str:
    """Return a name without the forms of its characters and the case of its letters."""
    return unicodedata.normalize("NFKC", name).casefold()


def _is_shaping(name: str, place: int) -> bool:
    before, character, after = name[:place], name[place], name[place + 1 : place + 2]
    if character == _EMOJI_SELECTOR:
        is_keycap = after == "\u20e3" and before[-1:] in set("0123456789#*")
        return is_keycap or _is_emoji(before[-1:])
    if character == _JOINER:
        return _is_emoji(before.rstrip(_EMOJI_SELECTOR + _SKIN_TONES)[-1:]) and _is_emoji(after)
    if character == _NON_JOINER:
        return _is_arabic(before.rstrip(_ARABIC_MARKS)[-1:]) and _is_arabic(after)
    return False


def _is_emoji(character: str) -> bool:
    if not character or character.isascii():
        return False
    return character in _EMOJI_PUNCTUATION or unicodedata.category(character) in ("So", "Sm")


def _is_arabic(character: str) -> bool:
    return bool(character) and unicodedata.name(character, "").startswith("ARABIC LETTER ")


def _is_styled_ascii(character: str) -> bool:
    if character.isascii():
        return False
    if unicodedata.decomposition(character).partition(" ")[0] in _READABLE_FORMS:
        return False
    plain = unicodedata.normalize("NFKC", character)
    return any(each.isascii() and each.isalnum() for each in plain)


def _alphabets(word: str) -> frozenset[str]:
    names = (_name(each) for each in word if each.isalpha())
    return _ALPHABETS.intersection(part for name in names for part in name.split(" ")[:2])


def _name(character: str) -> str:
    """Return the name of a character, or of the letter whose raised, lowered or full-width form
    it is."""
    form = unicodedata.decomposition(character).partition(" ")[0]
    is_form = form in ("<super>", "<sub>", "<wide>")
    plain = unicodedata.normalize("NFKC", character) if is_form else character
    return unicodedata.name(plain[0], "")


def _letter(character: str) -> str:
    """Return what a character is read as: nothing for a mark or a space."""
    category = unicodedata.category(character)
    if category[0] in "MZC":
        return ""
    if category == "Pd":
        return "-"
    if known := _LETTERS.get(character, _LETTERS.get(character.casefold())):
        return known
    variant = _LATIN_VARIANT.fullmatch(unicodedata.name(character, ""))
    return (variant[1] if variant else character).casefold()[:1]
