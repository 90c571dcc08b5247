"""Generate the methods of the Python client's `Client` from those of `AsyncClient`.

With --check, only report stale files. Each method has the name, the arguments and the docstring of
the asynchronous one, and calls it in the event loop of the client's thread."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from textwrap import indent

from generated_python import ROOT, write_or_check_modules

PACKAGE = ROOT / "clients" / "python" / "src" / "trading_api_client"
SOURCES = {
    "rest/market_rest.py": "market.py",
    "rest/order_rest.py": "orders.py",
    "rest/account_rest.py": "account.py",
    "rest/alert_rest.py": "alerts.py",
    "accounting/account_export.py": "exports.py",
    "stream/streams.py": "streams.py",
}
HEADER = '''"""{title}

Generated from {source} by `make generate-python-client`."""

from __future__ import annotations
'''
RETURNS = {
    "Stream": ("BlockingStream", "self._loop.stream(lambda: {call})"),
    "Subscription": ("BlockingSubscription", "self._loop.subscription(lambda: {call})"),
    "Callable": ("Callable", "self._loop.listening(lambda: {call})"),
}
"""How a method without `async` is called, by what it returns."""


def blocking_module(source: str) -> str:
    """Return the text of the module with the blocking methods of a class."""
    tree = ast.parse((PACKAGE / source).read_text(encoding="utf-8"))
    title = (ast.get_docstring(tree) or "").splitlines()[0]
    (area,) = (
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    lines = [HEADER.format(title=title, source=source)]
    lines += [ast.unparse(node) for node in imports if "__future__" not in ast.unparse(node)]
    lines += [
        "from trading_api_client.async_client import AsyncClient",
        "from trading_api_client.blocking.loop_thread import LoopThread",
        "from trading_api_client.blocking.blocking_stream import BlockingStream",
        "from trading_api_client.blocking.blocking_stream import BlockingSubscription",
        "",
        "",
        f"class Blocking{area.name}:",
        _docstring(area),
        "    _client: AsyncClient",
        "    _loop: LoopThread",
        "",
    ]
    lines += [indent(method, "    ") for method in _methods(area)]
    return "\n".join(lines)


def _methods(area: ast.ClassDef) -> Iterator[str]:
    for node in area.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            yield _method(node)


def _method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    assert node.returns is not None, node.name
    returns = ast.unparse(node.returns)
    call = f"self._client.{node.name}({_passed(node.args)})"
    if isinstance(node, ast.AsyncFunctionDef):
        result = f"self._loop.run({call})"
    else:
        name = returns.partition("[")[0]
        blocking, template = RETURNS[name]
        returns = blocking + returns.removeprefix(name)
        result = template.format(call=call)
    head = f"def {node.name}({ast.unparse(node.args)}) -> {returns}:"
    body = result if returns == "None" else f"return {result}"
    return f"{head}\n{_docstring(node)}\n    {body}\n"


def _passed(arguments: ast.arguments) -> str:
    """Return the arguments of the call of the asynchronous method."""
    passed = [each.arg for each in arguments.args[1:]]
    if arguments.vararg is not None:
        passed.append(f"*{arguments.vararg.arg}")
    return ", ".join([*passed, *(f"{each.arg}={each.arg}" for each in arguments.kwonlyargs)])


def _docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    text = ast.get_docstring(node)
    assert text is not None, node.name
    return indent(f'"""{text}"""', "    ")


def main() -> int:
    texts = {name: blocking_module(source) for source, name in SOURCES.items()}
    return write_or_check_modules(PACKAGE / "blocking", texts, "make generate-python-client")


if __name__ == "__main__":
    sys.exit(main())
