"""Names of accounts that imitate a live account or hide what they are."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trading_api.modules.broker.engine.checks.account_checks import check_name, is_stored_name
from trading_api.modules.broker.engine.checks.rejection import RejectionCode

LIKE = {
    "l": "lL1|\u0131I\u029f\u0141\u216c\uff2c\U0001d40b\u13de\ua4e1",
    "i": "iI1l\u0456\u0406\u0399\u04c0\uff29\u2160\u0131\u026a\u00ef\u00cd",
    "v": "vV\u03bd\u0474\u0475\uff36\u2164\u1d20\u13d9\u2228",
    "e": "eE\u0415\u0435\u0395\u03b5\u04bd\uff25\u00c9\u1eb9\u1d07\u212e",
    "-": "-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d\ufe63\u02d7",
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
    assert not {unicodedata.category(each) for each in name} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    # No other writing of the name has letters or digits of ASCII that this one has not.
    ascii_of = [
        [each for each in text if each.isascii() and each.isalnum()] for text in (name, plain)
    ]
    assert ascii_of[0] == ascii_of[1]


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), max_size=20))
def test_names_of_ascii_are_refused_only_if_they_begin_as_live_accounts(text: str) -> None:
    assert check_name(text) is None
    assert check_name(f"X{text}-1") is None


@pytest.mark.parametrize(
    "name", ["Olive-oil", "Alive-1", "Delivery-1", "LIVE", "Live prices", "LIVELY-1", "LIVE_1"]
)
def test_names_that_only_contain_the_word_are_accepted(name: str) -> None:
    assert check_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "Ausbr\u00fcche",
        "\u65e5\u672cETF",
        "\u30c6\u30b9\u30c8-1",
        "\u0420\u043e\u0441\u0442-1",
        "\u0418\u0434\u0435\u044f-1",
        "\u03b1-\u03b2 2",
        "\u05de\u05e1\u05d7\u05e8",
        "\U0001f680 Momentum",
    ],
)
def test_names_of_other_languages_are_accepted(name: str) -> None:
    assert check_name(name) is None
