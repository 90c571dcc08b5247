"""Names of accounts that imitate a live account or hide what they are."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trading_api.modules.broker.engine.checks.account_checks import check_name, is_stored_name
from trading_api.modules.broker.engine.checks.rejection import RejectionCode

LIKE = {
    "l": "lL1!|\u0131I\u029f\u0141\u216c\ua746\uff2c\U0001d40b\u13de\ua4e1",
    "i": "iI1!l\u0456\u0406\u0399\u04c0\uff29\u2160\u0131\u026a\u00ef\u00cd",
    "v": "vV\u03bd\u0474\u0475\uff36\u2164\u1d20\u13d9\u2228",
    "e": "eE\u0415\u0435\u0395\u03b5\u04bd\uff25\u00c9\u1eb9\u1d07\u212e",
    "-": "-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d\ufe63\u02d7~\u254c\u23af\u223c",
}
BETWEEN = ["", " ", "\u0301", "\u200b", "\u2060", "\ufe0f", "\u034f", "\u202e", "\u3000"]


@st.composite
def imitations(draw: st.DrawFn) -> str:
    """Return a text that is read as `LIVE-` and the rest."""
    letters = [draw(st.sampled_from(others)) for others in LIKE.values()]
    between = [draw(st.sampled_from(BETWEEN)) for _ in letters]
    before = draw(st.sampled_from(["", "[", "* ", "- "]))
    pairs = zip(letters, between, strict=True)
    return before + "".join(map("".join, pairs)) + draw(st.sampled_from(["", "MAIN", "1]"]))


@given(imitations())
@example("\ua4e1\ua4f2\ua4e6\ua4f0-MAIN")
@example("llve-MAIN")
@example("L \u0130 V \u00c9 \u2014 MAIN")
def test_no_name_is_read_as_the_id_of_a_live_account(name: str) -> None:
    rejection = check_name(name)
    assert rejection is not None
    assert rejection.code is RejectionCode.NAME_WRONG


@given(st.text(max_size=70))
def test_an_accepted_name_is_read_as_it_is_written(name: str) -> None:
    if check_name(name) is not None:
        return
    assert is_stored_name(name)
    plain = unicodedata.normalize("NFKC", name)
    assert not plain.casefold().startswith("live-")
    not_printable = {each for each in name if not each.isprintable()}
    assert not_printable <= {"\u200c", "\u200d"}
    # Another writing of a letter or digit of ASCII is one that languages and units need.
    for character in name:
        read = unicodedata.normalize("NFKC", character)
        if read != character and any(each.isascii() and each.isalnum() for each in read):
            form = unicodedata.decomposition(character).split(" ")[0]
            assert form in ("<super>", "<sub>", "<fraction>", "<compat>", "<wide>")


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), max_size=20))
def test_names_of_ascii_are_refused_only_if_they_begin_as_live_accounts(text: str) -> None:
    assert check_name(text) is None
    assert check_name(f"X{text}-1") is None


ACCEPTED = {
    "words with the one of live accounts": [
        *("Olive-oil", "Alive-1", "Delivery-1", "LIVE", "Live prices", "LIVELY-1", "LIVE_1"),
        *("Not LIVE-MAIN", "Hi! Live", "1LIVE-1"),
    ],
    "languages": [
        *(
            "Ausbr\u00fcche",
            "\u65e5\u672cETF",
            "\u30c6\u30b9\u30c8-1",
            "\u0420\u043e\u0441\u0442-1",
        ),
        *("\u0418\u0434\u0435\u044f-1", "\u03b1-\u03b2 2", "\u05de\u05e1\u05d7\u05e8"),
        *("\u0938\u094d\u0935\u093f\u0902\u0917", "Ph\u1edf", "e\u0301t\u00e9"),
    ],
    "a non-joiner between Persian letters": ["\u0645\u06cc\u200c\u0631\u0648\u0645"],
    "emoji": [
        *("\U0001f680 Momentum", "\u2764\ufe0f", "I \u2764\ufe0f gold", "\u2194\ufe0f range"),
        *("1\ufe0f\u20e3 first", "#\ufe0f\u20e3", "Stop \u203c\ufe0f"),
    ],
    "joined emoji": [
        *("\U0001f469\u200d\U0001f4bb", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
        *("\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f3c3\u200d\u2642\ufe0f"),
    ],
    "raised, lowered and compatible forms": [
        *(
            "m\u00b2",
            "CO\u2082",
            "\u00bd risk",
            "Brand\u2122",
            "Fund \u2163",
            "1\u00aa",
            "\ufb01x",
            "5 \u00b5m",
        ),
        *("wait\u2026", "\u2100 7"),
    ],
    "full-width forms": ["\uff21\uff22\uff23\u53e3\u5ea7", "\uff11\u53f7", "A\uff22"],
}
REFUSED = {
    "live account": [
        *(
            "LIVE-",
            "live-MAIN",
            "!ive-",
            "L!VE-x",
            "!LIVE-1",
            "LIVE\u254c1",
            "LIVE\u23af1",
            "LIVE~1",
        ),
        *("\ua746IVE-1", "\uff2c\uff29\uff36\uff25\uff0d1", "\u2112IVE-1", "\u217cive-x"),
        *(
            "\u02e1\u2071\u1d5b\u1d49-1",
            "L\u200dIVE-1",
            "LI\ufe0fVE-1",
            "[LIVE-1]",
            "\u4e00LIVE-1",
            "LIVE-" + "\U000e0001" * 59,
        ),
    ],
    "at most": ["x" * 65, "LIVE-" + "x" * 64],
    "no space": ["Breakouts ", " Breakouts", "\u3000Breakouts"],
    "invisible": [
        *(
            "a\u200bb",
            "a\u202eb",
            "a\u3164b",
            "a\ud800",
            "Break\nouts",
            "a\ufe0f",
            "1\ufe0f",
            "\ufe0f",
        ),
        *("$\ufe0f", "a\u200cb", "a\u200db", "\u200d", "\U0001f469\u200d", "\u200d\U0001f4bb"),
        *("\u0645\u200c", "\u200c\u0645", "\u0645\u200d\u0645", "\U0001f469\u200da"),
        *("\u2764\ufe0f\ufe0f", "\u2764\ufe0e", "\U0001f469\u200d\u200d\U0001f4bb"),
    ],
    "styled": ["A\U0001d401", "\u24b6", "\u2460", "\U0001f130", "\u33a1"],
    "two alphabets": [
        *(
            "Br\u0435akouts",
            "\u0430\u0301bc",
            "a\u0301\u0435",
            "A\u0412",
            "\uff21\u0412",
            "\u1d2c\u0412",
        ),
        *("e\u0301\u0301\u03b5", "o\u20e3\u043e"),
    ],
}


@pytest.mark.parametrize("name", [each for names in ACCEPTED.values() for each in names])
def test_a_name_that_is_read_as_it_is_written_is_accepted(name: str) -> None:
    assert check_name(name) is None
    assert is_stored_name(name)


@pytest.mark.parametrize(
    ("name", "reason"), [(each, reason) for reason, names in REFUSED.items() for each in names]
)
def test_the_refusal_of_a_name_states_the_reason(name: str, reason: str) -> None:
    rejection = check_name(name)
    assert rejection is not None
    assert rejection.code is RejectionCode.NAME_WRONG
    assert reason in rejection.message
    assert re.fullmatch(r"[A-Z].{,250}[^.]\.", rejection.message)
    assert rejection.message.isprintable()
