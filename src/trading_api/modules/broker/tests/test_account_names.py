"""Paper accounts that are created by name: what is accepted, and what a restart keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.paper_exchange import A, B, rejection_of, running
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.tests.test_journal import JOURNALS
from trading_api.modules.broker.journal.verify.removal import remove_events
from trading_api.modules.broker.journal.verify.verification import verify

ODD = {
    "the longest": "x" * 64,
    "letters of any language": "Ausbrüche 日本",
    "spaces within": "Mean  reversion",
    "a sign that is no letter": "Ausbr\u00fcche \u2013 50 %",
    "alphabets in words of their own": "\u03b1 and \u03b2",
    "as a live account further on": "Not LIVE-MAIN",
    "a full-width letter": "A\uff22",
    "an emoji of several characters": "\U0001f469\u200d\U0001f4bb \u2764\ufe0f",
}
REFUSED = {
    "too long": "x" * 65,
    "a space at the end": "Breakouts ",
    "a control character": "Break\nouts",
    "a character that turns the text around": "a\u202eb",
    "one that cannot be seen": "a\u200bb",
    "a half of a surrogate pair": "a\ud800",
    "as a live account": "live-MAIN",
    "a bold letter": "A\U0001d401",
    "two alphabets in a word": "Br\u0435akouts",
    "a letter that shows nothing": "a\u3164b",
    "the id of the default account": "DEMO-ACCOUNT",
    "an id in another case": "demo-account",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_an_account_is_created_once_and_then_renamed() -> None:
    async with running() as exchange:
        commands, queries = exchange.service.commands, exchange.queries
        first = await commands.name_account("NEW", None, None)
        assert first.seq == 1
        again = await commands.name_account("NEW", None, None)
        assert again.seq == 1
        assert [each.id for each in await queries.accounts(None)] == ["DEMO-ACCOUNT", "NEW"]
        assert queries.account("NEW").name == "NEW"
        await commands.name_account("NEW", "Breakouts", None)
        same = await commands.name_account("NEW", "Breakouts", None)
        assert same.seq == 2
        assert queries.account("NEW").name == "Breakouts"
        listed = {each.id: each.name for each in await queries.accounts(None)}
        assert listed == {"DEMO-ACCOUNT": "DEMO-ACCOUNT", "NEW": "Breakouts"}
        *_, event = await queries.events("NEW", 0, 10)
        assert (event.type, event.name) == ("accountNamed", "Breakouts")
        await commands.name_account("NEW", "", None)
        assert queries.account("NEW").name == "NEW"
        assert [each.name for each in await queries.accounts({"NEW"})] == ["NEW"]


@pytest.mark.parametrize("case", ODD)
async def test_a_name_may_be_long_and_of_any_language(case: str) -> None:
    async with running() as exchange:
        await exchange.service.commands.name_account(A, ODD[case], None)
        assert exchange.queries.account(A).name == ODD[case]


@pytest.mark.parametrize("case", REFUSED)
async def test_a_name_that_misleads_is_refused_and_opens_no_account(case: str) -> None:
    async with running() as exchange:
        naming = exchange.service.commands.name_account(A, REFUSED[case], None)
        assert (await rejection_of(naming))[:2] == (422, "name_wrong")
        assert A not in [each.id for each in await exchange.queries.accounts(None)]


async def test_no_account_has_the_id_of_another_one_as_its_name() -> None:
    async with running() as exchange:
        commands = exchange.service.commands
        await commands.name_account(A, A, None)
        named = await commands.name_account(A, "BETA", "k")
        await commands.name_account("BETA", None, None)
        again = await commands.name_account(A, "BETA", "k")
        assert again.seq == named.seq
        await commands.name_account("Gamma-Ray", None, None)
        for name in (
            "BETA",
            "beta",
            "gamma-ray",
            "GAMMA-RAY",
            "gAMMA-rAY",
            "\uff22\uff25\uff34\uff21",
        ):
            naming = commands.name_account(B, name, None)
            assert (await rejection_of(naming))[:2] == (422, "name_wrong")
        await commands.name_account(B, "Gamma-", None)


async def test_an_idle_account_that_is_not_in_memory_keeps_its_id_too() -> None:
    async with running() as exchange:
        await exchange.service.commands.name_account("Swing", None, None)
    async with running(exchange.journal) as exchange:
        naming = exchange.service.commands.name_account(A, "sWING", None)
        assert (await rejection_of(naming))[:2] == (422, "name_wrong")


async def test_a_caller_of_some_accounts_does_not_learn_which_others_exist() -> None:
    known_ids = frozenset((A, "Mine"))
    async with running() as exchange:
        commands = exchange.service.commands
        await commands.name_account("BETA", None, None)
        for name in ("BETA", "beta", "NOWHERE", A):
            await commands.name_account(A, name, None, known_ids)
        for name in ("Mine", "mine", "demo-account"):
            naming = commands.name_account(A, name, None, known_ids)
            assert (await rejection_of(naming))[:2] == (422, "name_wrong")


async def test_a_repeated_key_renames_once() -> None:
    async with running() as exchange:
        commands = exchange.service.commands
        first = await commands.name_account(A, "One", "k")
        await commands.name_account(A, "Two", None)
        again = await commands.name_account(A, "One", "k")
        assert again.seq == first.seq
        assert exchange.queries.account(A).name == "Two"
        other = await rejection_of(commands.name_account(A, "Three", "k"))
        assert other[:2] == (409, "idempotency_key_reused")


@pytest.mark.parametrize("store", JOURNALS)
async def test_names_outlive_a_restart_and_a_reset_in_every_store(
    store: str, tmp_path: Path
) -> None:
    journal = JOURNALS[store](tmp_path)
    async with running(journal) as exchange:
        commands = exchange.service.commands
        await commands.name_account(A, "Breakouts", None)
        await commands.name_account(B, "Reversion", None)
        await commands.name_account(B, "", None)
        await commands.reset_account(A, 500.0, None)
    journal = JOURNALS[store](tmp_path) if store != "memory" else journal
    async with running(journal) as exchange:
        # Idle accounts are not in memory.
        listed = {each.id: each.name for each in await exchange.queries.accounts({A, B})}
        assert listed == {A: "Breakouts", B: B}
        await exchange.queries.load(A)
        assert exchange.queries.account(A).name == "Breakouts"


async def test_a_name_is_verified_also_after_its_event_was_removed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/trading.db"
    async with running(SqlJournal(Database(url))) as exchange:
        exchange.market.now_ms = 1_000
        await exchange.service.commands.name_account(A, "Breakouts", None)
        exchange.market.now_ms = 5_000
        await exchange.service.commands.deposit(A, 5.0, None)
    database = Database(url)
    assert verify(database).events == 3
    removed = remove_events(database, 4_000)
    assert removed.events == 2
    assert verify(database).events == 1
    async with running(SqlJournal(Database(url))) as exchange:
        assert [each.name for each in await exchange.queries.accounts({A})] == ["Breakouts"]
        await exchange.queries.load(A)
        assert exchange.queries.account(A).name == "Breakouts"
