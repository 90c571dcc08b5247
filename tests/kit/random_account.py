"""Random commands and touches for one account, as rules of a Hypothesis state machine."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal, localcontext

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.kit.random_texts import NAMES, NOTIFICATIONS
from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.notification import Notification
from trading_api.domain.orders import (
    NO_BRACKETS,
    Brackets,
    Duration,
    OrderRequest,
    OrderType,
    Side,
    Trail,
)
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    DepositCash,
    EditBrackets,
    ExpireOrders,
    Market,
    MatchQuote,
    ModifyOrder,
    NameAccount,
    Notify,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetLeverage,
    SettlePosition,
    WithdrawCash,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule, Slippage
from trading_api.modules.broker.engine.margin import equity, leverage_of, used_margin
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules

BALANCE = Decimal(5000)
TRADING_RULES = {
    "AAPL": TradingRules("AAPL", Decimal("0.5"), Decimal(1), Decimal(60)),
    "BTC": TradingRules("BTC", Decimal("0.001"), Decimal("0.01"), Decimal(20)),
}
RATES = {
    "AAPL": [Decimal(1)],
    "BTC": [Decimal("1.0837216119"), Decimal("1.0837216119"), Decimal("0.5"), Decimal("2.4")],
}
CENT = Decimal("0.01")

# One symbol more than the other, so that its orders meet.
SYMBOLS = st.sampled_from(["AAPL", "AAPL", "AAPL", "BTC"])
SIDES = st.sampled_from(Side)
# Few prices, so that orders and touches meet; some are refused, some fall off one grid.
PRICES = st.sampled_from([Decimal(n) / 2 for n in range(190, 211)] + [Decimal("99.999")])
MAYBE_PRICES = st.none() | PRICES
QUANTITIES = st.sampled_from([Decimal(n) for n in range(1, 13)] + [Decimal("1.37"), Decimal(0)])
SIZES = st.sampled_from([Decimal(n) for n in (0, 1, 2, 3, 5, 8, 40)] + [Decimal("0.7")])
NUMBERS = st.integers(1, 12)
TRAILS = st.none() | st.builds(
    Trail, st.just(Decimal(1)), st.sampled_from([Decimal("0.5"), CENT * 200])
)
BRACKETS = st.just(NO_BRACKETS) | st.builds(
    Brackets, take_profit=MAYBE_PRICES, stop_loss=MAYBE_PRICES, trail=TRAILS
)
KEYS = st.none() | st.builds(
    IdempotencyKey,
    st.just("any"),
    st.sampled_from(["k1", "k2", "k3"]),
    st.sampled_from(["same", "other"]),
)
COMMISSIONS = st.sampled_from(
    [
        FeeSchedule(),
        FeeSchedule(per_unit=Decimal("0.005"), minimum=Decimal(1)),
        FeeSchedule(maker_bps=Decimal("0.5"), taker_bps=Decimal(3)),
        FeeSchedule(Decimal("0.01"), Decimal(1), Decimal("2.5"), Decimal("0.35")),
        FeeSchedule(maker_bps=Decimal(120), taker_bps=Decimal(100), minimum=Decimal(2)),
    ]
)
EXCHANGE_RULES = st.builds(
    ExchangeRules,
    fees=COMMISSIONS,
    slippage=st.sampled_from([Slippage(), Slippage(3, seed=7)]),
    latency_ms=st.sampled_from([0, 0, 2]),
    margin_warning_levels=st.sampled_from([(), (Decimal(150), Decimal(120)), (Decimal(101),)]),
    leverage_default=st.sampled_from([Decimal(1), Decimal(5), Decimal(100), Decimal(100)]),
)


class RandomAccount(RuleBasedStateMachine):
    """Draws commands and touches; a subclass applies the commands and checks what they do."""

    @initialize(rules=EXCHANGE_RULES)
    def open(self, rules: ExchangeRules) -> None:
        self.exchange_rules = rules
        self.engine = Engine(AccountState(), rules)
        self.touches: dict[str, Touch] = {}
        self.at_ms = 0
        self.begin()
        self.apply(OpenAccount("DEMO", "USD", BALANCE, 0))

    @abstractmethod
    def begin(self) -> None:
        """Set up what `apply` needs besides the engine."""

    @abstractmethod
    def apply(self, command: Command) -> None:
        """Send the command to the account under test."""

    @rule(
        symbol=SYMBOLS,
        bid=PRICES,
        spread=st.integers(-1, 4),
        bid_size=SIZES,
        ask_size=SIZES,
        rate=st.integers(0, 3),
    )
    def quote(
        self,
        symbol: str,
        bid: Decimal,
        spread: int,
        bid_size: Decimal,
        ask_size: Decimal,
        rate: int,
    ) -> None:
        self.match_quote(symbol, bid, bid + spread * Decimal("0.5"), bid_size, ask_size, rate)

    @rule(symbol=SYMBOLS, bid=st.sampled_from([0, 60, 80, 120, 140]), ask=st.integers(-1, 1))
    def gap(self, symbol: str, bid: int, ask: int) -> None:
        self.match_quote(symbol, Decimal(bid), Decimal((bid + ask) * ask), Decimal(6), Decimal(6))

    def match_quote(
        self,
        symbol: str,
        bid: Decimal,
        ask: Decimal,
        bid_size: Decimal,
        ask_size: Decimal,
        rate: int = 0,
    ) -> None:
        rates = RATES[symbol]
        touch = Touch(symbol, self.at_ms, bid, ask, bid_size, ask_size, rates[rate % len(rates)])
        self.touches[symbol] = touch
        self.apply(MatchQuote(self.market(symbol)))

    @rule(symbol=SYMBOLS)
    def lose_price(self, symbol: str) -> None:
        """Leave the symbol without a price until its next quote, like a restart of its source."""
        self.touches.pop(symbol, None)

    @rule(symbol=SYMBOLS)
    def repeat_quote(self, symbol: str) -> None:
        if symbol in self.touches:
            self.apply(MatchQuote(self.market(symbol)))

    @rule(
        symbol=SYMBOLS,
        side=SIDES,
        type=st.sampled_from(OrderType),
        quantity=QUANTITIES,
        limit_price=MAYBE_PRICES,
        stop_price=MAYBE_PRICES,
        trail=st.none() | TRAILS,
        duration=st.none() | st.sampled_from(Duration),
        expires_in_ms=st.none() | st.integers(0, 9),
        brackets=BRACKETS,
        reduce_only=st.sampled_from([False, False, False, True]),
        client_id=st.sampled_from(["", "", "mine"]),
        key=KEYS,
        is_silent=st.booleans(),
    )
    def place(
        self,
        symbol: str,
        side: Side,
        type: OrderType,
        quantity: Decimal,
        limit_price: Decimal | None,
        stop_price: Decimal | None,
        trail: Trail | None,
        duration: Duration | None,
        expires_in_ms: int | None,
        brackets: Brackets,
        reduce_only: bool,
        client_id: str,
        key: IdempotencyKey | None,
        is_silent: bool,
    ) -> None:
        request = OrderRequest(
            symbol=symbol,
            side=side,
            type=type,
            quantity=quantity,
            limit_price=limit_price,
            stop_price=stop_price,
            trail=trail,
            duration=duration,
            expires_ms=None if expires_in_ms is None else self.at_ms + expires_in_ms,
            brackets=brackets,
            reduce_only=reduce_only,
            client_id=client_id,
        )
        self.apply(PlaceOrder(request, self.market(symbol, is_silent), key))

    @rule(symbol=SYMBOLS, side=SIDES, quantity=st.integers(1, 9), is_wide=st.booleans())
    def enter(self, symbol: str, side: Side, quantity: int, is_wide: bool) -> None:
        """A market order with brackets around the touch: what the others seldom hit upon."""
        if symbol not in self.touches:
            return
        price = self.touches[symbol].price(side)
        profit, loss = price + side * (5 if is_wide else 1), price - side * (5 if is_wide else 1)
        request = OrderRequest(
            symbol=symbol,
            side=side,
            type=OrderType.MARKET,
            quantity=Decimal(quantity),
            brackets=Brackets(profit, loss),
        )
        self.apply(PlaceOrder(request, self.market(symbol)))

    @rule(symbol=SYMBOLS, side=SIDES, less=st.integers(0, 2))
    def enter_with_all(self, symbol: str, side: Side, less: int) -> None:
        """As much as margin allows, or nearly."""
        if symbol not in self.touches:
            return
        market = self.market(symbol)
        with localcontext(EXACT):
            free = equity(self.engine.state, self.touches) - used_margin(
                self.engine.state, self.exchange_rules
            )
            leverage = leverage_of(self.engine.state, symbol, self.exchange_rules)
            unit = self.touches[symbol].price(side) * self.touches[symbol].rate
            quantity = Decimal(int(free * leverage / unit) - less) if unit > 0 else Decimal(1)
        self.apply(PlaceOrder(OrderRequest(symbol, side, OrderType.MARKET, quantity), market))

    @rule(symbol=SYMBOLS, away=st.integers(-2, 3))
    def close_later(self, symbol: str, away: int) -> None:
        """A closing order for all of the position, which may shrink meanwhile."""
        position = self.engine.state.position(symbol)
        if not position.quantity or symbol not in self.touches:
            return
        side = position.side.opposite
        request = OrderRequest(
            symbol=symbol,
            side=side,
            type=OrderType.LIMIT,
            quantity=abs(position.quantity),
            limit_price=self.touches[symbol].price(side) - away * side,
            reduce_only=True,
        )
        self.apply(PlaceOrder(request, self.market(symbol)))

    @rule(ms=st.sampled_from([4_998, 5_000]))
    def wait(self, ms: int) -> None:
        self.at_ms += ms

    @rule(
        number=NUMBERS,
        quantity=QUANTITIES,
        limit_price=MAYBE_PRICES,
        stop_price=MAYBE_PRICES,
        trail=TRAILS,
        duration=st.none() | st.sampled_from(Duration),
        expires_in_ms=st.none() | st.integers(0, 9),
        brackets=BRACKETS,
        keeps_prices=st.booleans(),
        keeps_brackets=st.booleans(),
        is_silent=st.booleans(),
        key=KEYS,
    )
    def modify(
        self,
        number: int,
        quantity: Decimal,
        limit_price: Decimal | None,
        stop_price: Decimal | None,
        trail: Trail | None,
        duration: Duration | None,
        expires_in_ms: int | None,
        brackets: Brackets,
        keeps_prices: bool,
        keeps_brackets: bool,
        is_silent: bool,
        key: IdempotencyKey | None,
    ) -> None:
        order = self.engine.state.orders.get(f"order-{number}")
        if order is None:
            return
        request = OrderRequest(
            symbol=order.symbol,
            side=order.side,
            type=order.type,
            quantity=quantity,
            limit_price=order.limit_price if keeps_prices else limit_price,
            stop_price=order.stop_price if keeps_prices or order.is_triggered else stop_price,
            trail=trail if order.trail and not keeps_prices else order.trail,
            duration=duration,
            expires_ms=None if expires_in_ms is None else self.at_ms + expires_in_ms,
            brackets=order.brackets if keeps_brackets else brackets,
        )
        self.apply(ModifyOrder(order.id, request, self.market(order.symbol, is_silent), key))

    @rule(number=NUMBERS, key=KEYS)
    def cancel(self, number: int, key: IdempotencyKey | None) -> None:
        self.apply(CancelOrder(f"order-{number}", self.at_ms, key))

    @rule(numbers=st.none() | st.lists(NUMBERS, max_size=3), key=KEYS)
    def cancel_many(self, numbers: list[int] | None, key: IdempotencyKey | None) -> None:
        ids = None if numbers is None else [f"order-{number}" for number in numbers]
        self.apply(CancelOrders(ids, self.at_ms, key))

    @rule(symbol=SYMBOLS, quantity=st.none() | QUANTITIES, is_silent=st.booleans(), key=KEYS)
    def close(
        self, symbol: str, quantity: Decimal | None, is_silent: bool, key: IdempotencyKey | None
    ) -> None:
        self.apply(ClosePosition(quantity, self.market(symbol, is_silent), key))

    @rule(symbol=SYMBOLS, is_silent=st.booleans())
    def reverse(self, symbol: str, is_silent: bool) -> None:
        self.apply(ReversePosition(self.market(symbol, is_silent)))

    @rule(symbol=SYMBOLS, brackets=BRACKETS, is_silent=st.booleans())
    def protect(self, symbol: str, brackets: Brackets, is_silent: bool) -> None:
        self.apply(EditBrackets(brackets, self.market(symbol, is_silent)))

    @rule(symbol=SYMBOLS, times=st.sampled_from([0, 1, 2, 10, 100, 101]))
    def set_leverage(self, symbol: str, times: int) -> None:
        self.apply(SetLeverage(Decimal(times), self.market(symbol)))

    @rule(amount=st.sampled_from(["0", "500", "0.000000001", "1000"]), key=KEYS)
    def deposit(self, amount: str, key: IdempotencyKey | None) -> None:
        self.apply(DepositCash(Decimal(amount), self.at_ms, key))

    @rule(amount=st.sampled_from(["0", "1", "300", "0.000000001"]), key=KEYS)
    def withdraw(self, amount: str, key: IdempotencyKey | None) -> None:
        self.apply(WithdrawCash(Decimal(amount), dict(self.touches), self.at_ms, key))

    @rule(less=st.sampled_from(["0", "0.00000001", "-0.00000001"]))
    def withdraw_all(self, less: str) -> None:
        """All that can be withdrawn, and a little more or less."""
        state = self.engine.state
        with localcontext(EXACT):
            free = equity(state, self.touches) - used_margin(state, self.exchange_rules)
            amount = min(free, state.balance) - Decimal(less)
        self.apply(WithdrawCash(amount, dict(self.touches), self.at_ms))

    @rule(
        symbol=SYMBOLS,
        price=PRICES | st.sampled_from([Decimal(0), Decimal(-1), Decimal("1E-9")]),
        rate=st.none() | st.sampled_from([Decimal(1), Decimal("0.0067")]),
        key=KEYS,
    )
    def settle(
        self, symbol: str, price: Decimal, rate: Decimal | None, key: IdempotencyKey | None
    ) -> None:
        self.apply(SettlePosition(symbol, price, rate, self.at_ms, key))

    @rule(name=NAMES, key=KEYS)
    def name_account(self, name: str | None, key: IdempotencyKey | None) -> None:
        self.apply(NameAccount(name, self.at_ms, key))

    @rule(notification=NOTIFICATIONS, key=KEYS)
    def notify(self, notification: Notification, key: IdempotencyKey | None) -> None:
        self.apply(Notify(notification, self.at_ms, key))

    @rule()
    def expire(self) -> None:
        self.apply(ExpireOrders(self.at_ms))

    @rule(balance=st.sampled_from([None, "0", "-5", "1E+300", BALANCE]))
    def reset(self, balance: Decimal | str | None) -> None:
        if balance is not None:
            self.apply(ResetAccount(Decimal(balance), self.at_ms))

    def market(self, symbol: str, is_silent: bool = False) -> Market:
        touch = None if is_silent else self.touches.get(symbol)
        return Market(TRADING_RULES[symbol], touch, self.at_ms, dict(self.touches))
