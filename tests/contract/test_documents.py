"""openapi.json and asyncapi.json are complete, current, and usable by code generators."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.kit.documents import ASYNCAPI, MESSAGES, OPENAPI
from tests.kit.live_account import live_app
from tests.kit.signed_tokens import secured
from trading_api.app_factory import create_app
from trading_api.settings import Settings

OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in OPENAPI["paths"].items()
    for method, operation in methods.items()
}
CONTRACT = {
    "getHealthStatus": ("get", "/health"),
    "getAPIVersions": ("get", "/versions"),
    "getCurrentAPIVersion": ("get", "/version"),
    "getConfig": ("get", "/datafeed/config"),
    "searchSymbols": ("get", "/datafeed/search"),
    "resolveSymbol": ("get", "/datafeed/resolve/{symbol}"),
    "getBars": ("get", "/datafeed/bars"),
    "getQuotes": ("post", "/datafeed/quotes"),
    "getTrades": ("get", "/datafeed/trades"),
    "getServerTime": ("get", "/datafeed/time"),
    "datafeedHealthCheck": ("get", "/datafeed/health"),
    "getReplay": ("get", "/datafeed/replay"),
    "setReplay": ("put", "/datafeed/replay"),
    "jumpReplay": ("post", "/datafeed/replay/jump"),
    "advanceClock": ("post", "/datafeed/clock/advance"),
    "udfConfig": ("get", "/udf/config"),
    "udfTime": ("get", "/udf/time"),
    "udfSymbols": ("get", "/udf/symbols"),
    "udfSearch": ("get", "/udf/search"),
    "udfHistory": ("get", "/udf/history"),
    "udfQuotes": ("get", "/udf/quotes"),
    "placeOrder": ("post", "/broker/orders"),
    "getOrders": ("get", "/broker/orders"),
    "previewOrder": ("post", "/broker/orders/preview"),
    "modifyOrder": ("put", "/broker/orders/{order_id}"),
    "cancelOrder": ("delete", "/broker/orders/{order_id}"),
    "getPositions": ("get", "/broker/positions"),
    "closePosition": ("delete", "/broker/positions/{position_id}"),
    "editPositionBrackets": ("put", "/broker/positions/{position_id}/brackets"),
    "getOrder": ("get", "/broker/orders/{order_id}"),
    "getOrdersHistory": ("get", "/broker/orders/history"),
    "cancelOrders": ("post", "/broker/orders/cancel"),
    "cancelAllOrders": ("delete", "/broker/orders"),
    "reversePosition": ("post", "/broker/positions/{position_id}/reverse"),
    "getBrokerConfig": ("get", "/broker/config"),
    "getInstrument": ("get", "/broker/instruments/{symbol}"),
    "getAllExecutions": ("get", "/broker/executions"),
    "getLedger": ("get", "/broker/ledger"),
    "getEvents": ("get", "/broker/events"),
    "getAccounts": ("get", "/broker/accounts"),
    "getEquity": ("get", "/broker/equity"),
    "getEquityHistory": ("get", "/broker/performance/equity"),
    "getPerformanceStatistics": ("get", "/broker/performance/statistics"),
    "getClosedTrades": ("get", "/broker/performance/trades"),
    "getConnections": ("get", "/admin/connections"),
    "closeConnection": ("delete", "/admin/connections/{connection_id}"),
    "getTopics": ("get", "/admin/topics"),
    "putAccount": ("put", "/broker/accounts/{account_id}"),
    "deposit": ("post", "/broker/accounts/{account_id}/deposit"),
    "withdraw": ("post", "/broker/accounts/{account_id}/withdraw"),
    "settlePosition": ("post", "/broker/accounts/{account_id}/settle"),
    "resetAccount": ("post", "/broker/accounts/{account_id}/reset"),
    "getExecutions": ("get", "/broker/executions/{symbol}"),
    "getNotifications": ("get", "/broker/notifications"),
    "getAccountInfo": ("get", "/broker/account"),
    "leverageInfo": ("get", "/broker/leverage/info"),
    "setLeverage": ("put", "/broker/leverage/set"),
    "previewLeverage": ("post", "/broker/leverage/preview"),
    "getKillSwitch": ("get", "/broker/kill-switch"),
    "setKillSwitch": ("put", "/broker/kill-switch"),
    "getAlerts": ("get", "/alerts"),
    "createAlert": ("post", "/alerts"),
    "getAlert": ("get", "/alerts/{alert_id}"),
    "changeAlert": ("put", "/alerts/{alert_id}"),
    "deleteAlert": ("delete", "/alerts/{alert_id}"),
}
ROUTES = (
    "bars quotes trades orderbook orders positions executions notifications position-pl equity"
    " account broker-connection alerts replay"
)
COMMANDS = (
    "orders.place orders.preview orders.modify orders.cancel orders.cancel-many positions.close "
    "positions.reverse positions.brackets leverage.set kill-switch.set "
    "alerts.create alerts.list alerts.change alerts.delete"
)


def test_every_operation_of_the_contract_has_its_path() -> None:
    found = {name: (method, path) for name, (method, path, _) in OPERATIONS.items()}
    assert found == {name: (method, f"/api/v1{path}") for name, (method, path) in CONTRACT.items()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_documented_with_valid_examples(name: str) -> None:
    operation = OPERATIONS[name][2]
    assert operation["summary"]
    for parameter in operation.get("parameters", []):
        _check_examples(parameter["schema"], required=parameter["required"])
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [response.get("content", {}) for response in operation["responses"].values()]
    for content in contents:
        for media in content.values():
            _check_examples(media["schema"], required=True)


def test_every_command_takes_an_idempotency_key_and_nothing_else_does() -> None:
    keyed = {
        name
        for name, (_, _, operation) in OPERATIONS.items()
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
    }
    commands = {
        name
        for name, (_, path, operation) in OPERATIONS.items()
        if path.startswith(("/api/v1/broker/", "/api/v1/alerts"))
        and operation["security"] in ([{"token": ["account:trade"]}], [{"token": ["admin"]}])
    }
    assert keyed == commands


def test_each_route_has_its_messages() -> None:
    kinds = ("subscribe", "subscribe.response", "unsubscribe", "unsubscribe.response", "update")
    found = {f"{route}.{kind}" for route in ROUTES.split() for kind in kinds}
    for route in ("orders", "positions", "executions", "notifications"):
        found |= {f"{route}.resume", f"{route}.resume.response"}
    for command in COMMANDS.split():
        found |= {command, f"{command}.response"}
    assert set(MESSAGES) == found | {"auth", "auth.response"}


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_a_valid_example(name: str) -> None:
    message = MESSAGES[name]
    schema = message["payload"] | {"components": ASYNCAPI["components"]}
    jsonschema.validate(message["examples"][0]["payload"], schema)
    assert message["examples"][0]["payload"]["type"] == name


def test_summaries_are_plain_text() -> None:
    """OpenAPI defines Markdown for descriptions only: a page shows backticks as they are."""
    for schema in _nested(OPENAPI):
        assert "`" not in str(schema.get("summary", ""))


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_enum_has_a_title_and_names_of_its_values(document: dict[str, Any]) -> None:
    enums = [schema for schema in _nested(document) if "enum" in schema]
    assert enums
    for schema in enums:
        names = schema["x-enum-varnames"]
        assert len(set(names)) == len(schema["enum"]), schema
        assert all(re.fullmatch("[A-Z][A-Z_]*", name) for name in names), schema
        assert schema["title"], schema


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_and_its_payload_have_titles(name: str) -> None:
    assert MESSAGES[name]["title"] == name
    assert re.fullmatch("[A-Z][A-Za-z]*Message", MESSAGES[name]["payload"]["title"])


def test_every_schema_has_the_title_that_it_is_named_after() -> None:
    for document in (OPENAPI, ASYNCAPI):
        for name, schema in document["components"]["schemas"].items():
            assert schema["title"] == name
    titles = [message["payload"]["title"] for message in MESSAGES.values()]
    assert len({*titles, *ASYNCAPI["components"]["schemas"]}) == len(titles) + len(
        ASYNCAPI["components"]["schemas"]
    ), "a code generator would rename one of two equal titles"


def test_the_documents_do_not_depend_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INITIAL_BALANCE", "5")
    monkeypatch.setenv("ENABLED_MODULES", "broker")
    api_app, ws_app = create_app(Settings.defaults())
    assert json.loads(json.dumps(api_app.openapi())) == OPENAPI
    assert json.loads(json.dumps(ws_app.asyncapi())) == ASYNCAPI


def test_the_documents_do_not_depend_on_the_settings() -> None:
    """Tests read the operations of each of these applications from the committed documents."""
    _, secured_ws_app = create_app(secured())
    assert json.loads(json.dumps(secured_ws_app.asyncapi())) == ASYNCAPI
    assert json.loads(json.dumps(live_app().openapi())) == OPENAPI


def _nested(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in the document."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _nested(inner)


def _check_examples(schema: dict[str, Any], required: bool) -> None:
    """Check the examples of the schema, or of the schema that it refers to."""
    if "$ref" in schema:
        return _check_examples(_resolved(schema["$ref"]), required)
    if schema.get("type") == "array" and "examples" not in schema:
        return _check_examples(schema["items"], required)
    assert not required or "examples" in schema or "enum" in schema, schema
    for example in schema.get("examples", []):
        jsonschema.validate(example, schema | {"components": OPENAPI["components"]})
    return None


def _resolved(reference: str) -> dict[str, Any]:
    found: Any = OPENAPI
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]
