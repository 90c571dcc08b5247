"""Buy ten shares with a take-profit and a stop-loss, watch the fill, and close the position.

Run it with `python first_order.py http://127.0.0.1:8000`.
"""

import argparse

from trading_api_client import Client, Side

SYMBOL = "AAPL"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--account", help="default: the server's default account")
    parser.add_argument("--seconds", type=float, default=30, help="how long to wait for a fill")
    options = parser.parse_args()

    # A server with authentication also needs token="...", or a function that returns a token.
    with Client(options.url, account=options.account) as client:
        quote = client.quote(SYMBOL)
        print(f"{SYMBOL}: bid {quote.bid}, ask {quote.ask}")

        with client.execution_updates(SYMBOL) as executions:
            executions.synchronized()  # from here on no execution is missed
            # After a lost response it is sent again with the same idempotency key: placed once.
            placed = client.place_order(
                SYMBOL,
                Side.BUY,
                10,
                take_profit=round(quote.ask * 1.01, 2),
                stop_loss=round(quote.ask * 0.99, 2),
            )
            print(f"placed {placed.orderId}")
            print(executions.next(timeout_s=options.seconds))  # the first fill

        print(client.positions())
        print(client.orders())  # the order, and its two brackets

        client.close_position(SYMBOL)
        print(client.executions(SYMBOL, limit=2))
        print(client.equity())


if __name__ == "__main__":
    main()
