// Generated from asyncapi.json by `npm run generate`. Edit nothing here.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AccountExecutions
         * @description Every execution of the account.
         */
        AccountExecutions: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
        };
        /**
         * AuthRequest
         * @description Authenticates the connection, or replaces its token before that expires.
         */
        AuthRequest: {
            /**
             * Token
             * @description A JWT
             * @example eyJhbGciOi...
             */
            token: string;
        };
        /**
         * AuthResponse
         * @description The reply to `auth`. With `ok`, the connection has the token's rights until it expires.
         * @example {
         *       "message": "Authenticated",
         *       "status": "ok"
         *     }
         */
        AuthResponse: {
            /** Message */
            message: string;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
        };
        /**
         * Bar
         * @description Open, high, low, close and volume of the interval from `time`, in ms since 1970.
         * @example {
         *       "close": 187.43,
         *       "high": 187.61,
         *       "low": 187.35,
         *       "open": 187.4,
         *       "time": 1790000040000,
         *       "volume": 8120
         *     }
         */
        Bar: {
            /** Close */
            close: number;
            /** High */
            high: number;
            /** Low */
            low: number;
            /** Open */
            open: number;
            /** Time */
            time: number;
            /** Volume */
            volume: number;
        };
        /**
         * BarsSubscriptionRequest
         * @description The bars of one symbol at one resolution.
         */
        BarsSubscriptionRequest: {
            /**
             * Resolution
             * @example 1
             */
            resolution: string;
            /**
             * Symbol
             * @example AAPL
             */
            symbol: string;
        };
        /** BarUpdate */
        BarUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["Bar"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * BrokerConnectionStatus
         * @description The connection of the broker to its market. `timestamp` is in ms since 1970.
         * @example {
         *       "status": 1,
         *       "timestamp": 1790000000250
         *     }
         */
        BrokerConnectionStatus: {
            /** @default null */
            disconnectType?: components["schemas"]["DisconnectType"] | null;
            /**
             * Message
             * @default null
             */
            message?: string | null;
            status: components["schemas"]["ConnectionStatus"];
            /** Timestamp */
            timestamp: number;
        };
        /** BrokerConnectionStatusUpdate */
        BrokerConnectionStatusUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["BrokerConnectionStatus"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * BrokerConnectionSubscriptionRequest
         * @description The status of the broker's connection, for one account.
         */
        BrokerConnectionSubscriptionRequest: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
        };
        /**
         * ConnectionStatus
         * @enum {integer}
         */
        ConnectionStatus: 1 | 2 | 3 | 4;
        /**
         * DisconnectType
         * @enum {integer}
         */
        DisconnectType: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;
        /**
         * DurationType
         * @enum {string}
         */
        DurationType: "DAY" | "GTC" | "GTD" | "IOC" | "FOK";
        /**
         * EquityData
         * @description The state of an account's money, in the account's currency.
         *
         *     `balance` is cash. `unrealizedPL` is what closing the open positions would yield now. `equity`
         *     is the sum of both. `realizedPL` counts from the opening of the account. `usedMargin` is
         *     reserved for positions and working orders; `freeMargin` is equity less used margin.
         * @example {
         *       "balance": 100000,
         *       "equity": 99999.8,
         *       "freeMargin": 99812.4,
         *       "realizedPL": 0,
         *       "unrealizedPL": -0.2,
         *       "usedMargin": 187.4
         *     }
         */
        EquityData: {
            /** Balance */
            balance: number;
            /** Equity */
            equity: number;
            /**
             * Freemargin
             * @default null
             */
            freeMargin?: number | null;
            /** Realizedpl */
            realizedPL: number;
            /** Unrealizedpl */
            unrealizedPL: number;
            /**
             * Usedmargin
             * @default null
             */
            usedMargin?: number | null;
        };
        /** EquityDataUpdate */
        EquityDataUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["EquityData"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * EquitySubscriptionRequest
         * @description The equity of one account.
         */
        EquitySubscriptionRequest: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
        };
        /**
         * Execution
         * @description One fill of an order. `time` is in ms since 1970. `id` is unique in the account.
         *
         *     `netAmount` is the change of cash in the account's currency: realised profit less commission.
         * @example {
         *       "commission": 0,
         *       "id": "execution-1",
         *       "netAmount": 0,
         *       "orderId": "order-1",
         *       "price": 187.44,
         *       "qty": 10,
         *       "side": 1,
         *       "symbol": "AAPL",
         *       "time": 1790000000250
         *     }
         */
        Execution: {
            /**
             * Commission
             * @default null
             */
            commission?: number | null;
            /** Id */
            id: string;
            /**
             * Netamount
             * @default null
             */
            netAmount?: number | null;
            /**
             * Orderid
             * @default null
             */
            orderId?: string | null;
            /** Price */
            price: number;
            /** Qty */
            qty: number;
            side: components["schemas"]["Side"];
            /** Symbol */
            symbol: string;
            /** Time */
            time: number;
        };
        /**
         * ExecutionsSubscriptionRequest
         * @description The executions of one account, in all symbols or in one.
         */
        ExecutionsSubscriptionRequest: components["schemas"]["AccountExecutions"] | components["schemas"]["SymbolExecutions"];
        /** ExecutionUpdate */
        ExecutionUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["Execution"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * Orderbook
         * @description The best levels of the order book. Each update replaces the previous one.
         * @example {
         *       "asks": [
         *         {
         *           "price": 187.44,
         *           "volume": 300
         *         },
         *         {
         *           "price": 187.46,
         *           "volume": 220
         *         }
         *       ],
         *       "bids": [
         *         {
         *           "price": 187.4,
         *           "volume": 180
         *         },
         *         {
         *           "price": 187.42,
         *           "volume": 410
         *         }
         *       ],
         *       "snapshot": true
         *     }
         */
        Orderbook: {
            /**
             * Asks
             * @description Ascending by price: the best is the first
             */
            asks: components["schemas"]["OrderbookLevel"][];
            /**
             * Bids
             * @description Ascending by price: the best is the last
             */
            bids: components["schemas"]["OrderbookLevel"][];
            /**
             * Snapshot
             * @default true
             * @constant
             */
            snapshot?: true;
        };
        /**
         * OrderbookLevel
         * @description The volume that is offered at one price.
         */
        OrderbookLevel: {
            /** Price */
            price: number;
            /** Volume */
            volume: number;
        };
        /**
         * OrderbookSubscriptionRequest
         * @description The order book of one symbol. `depth` is the number of levels per side, from 1 to 50.
         */
        OrderbookSubscriptionRequest: {
            /**
             * Depth
             * @example 10
             */
            depth: number;
            /**
             * Symbol
             * @example AAPL
             */
            symbol: string;
        };
        /** OrderbookUpdate */
        OrderbookUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["Orderbook"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * OrderDuration
         * @description The time in force. `datetime` is the end of a GTD order, in ms since 1970.
         *
         *     A DAY order ends with its session.
         * @example {
         *       "datetime": 1790003600000,
         *       "type": "GTD"
         *     }
         */
        OrderDuration: {
            /**
             * Datetime
             * @default null
             */
            datetime?: number | null;
            type: components["schemas"]["DurationType"];
        };
        /**
         * OrderMessage
         * @description A message about an order. `type` is `error`, `warning` or `info`.
         */
        OrderMessage: {
            /** Text */
            text: string;
            /** Type */
            type: string;
        };
        /**
         * OrdersSubscriptionRequest
         * @description The orders of one account.
         */
        OrdersSubscriptionRequest: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
        };
        /**
         * OrderStatus
         * @enum {integer}
         */
        OrderStatus: 1 | 2 | 3 | 4 | 5 | 6;
        /**
         * OrderType
         * @enum {integer}
         */
        OrderType: 1 | 2 | 3 | 4;
        /**
         * ParentType
         * @enum {integer}
         */
        ParentType: 1 | 2 | 3;
        /**
         * PlacedOrder
         * @description An order of an account. `updateTime` is in ms since 1970.
         *
         *     `avgPrice` is the exact mean of the fills. `version` grows with every change. The parent of a
         *     bracket is its order until that is filled, and its position afterwards.
         * @example {
         *       "duration": {
         *         "type": "GTC"
         *       },
         *       "filledQty": 0,
         *       "id": "order-1",
         *       "limitPrice": 187.4,
         *       "qty": 10,
         *       "side": 1,
         *       "status": 6,
         *       "symbol": "AAPL",
         *       "type": 1,
         *       "updateTime": 1790000000250,
         *       "version": 1
         *     }
         */
        PlacedOrder: {
            /**
             * Avgprice
             * @default null
             */
            avgPrice?: number | null;
            /**
             * Clientorderid
             * @default null
             */
            clientOrderId?: string | null;
            /** @default null */
            duration?: components["schemas"]["OrderDuration"] | null;
            /**
             * Filledqty
             * @default null
             */
            filledQty?: number | null;
            /**
             * Guaranteedstop
             * @default null
             */
            guaranteedStop?: number | null;
            /** Id */
            id: string;
            /**
             * Limitprice
             * @default null
             */
            limitPrice?: number | null;
            /** @default null */
            message?: components["schemas"]["OrderMessage"] | null;
            /**
             * Parentid
             * @default null
             */
            parentId?: string | null;
            /** @default null */
            parentType?: components["schemas"]["ParentType"] | null;
            /** Qty */
            qty: number;
            side: components["schemas"]["Side"];
            status: components["schemas"]["OrderStatus"];
            /**
             * Stoploss
             * @default null
             */
            stopLoss?: number | null;
            /**
             * Stopprice
             * @default null
             */
            stopPrice?: number | null;
            /** @default null */
            stopType?: components["schemas"]["StopType"] | null;
            /** Symbol */
            symbol: string;
            /**
             * Takeprofit
             * @default null
             */
            takeProfit?: number | null;
            /**
             * Trailingstoppips
             * @default null
             */
            trailingStopPips?: number | null;
            type: components["schemas"]["OrderType"];
            /**
             * Updatetime
             * @default null
             */
            updateTime?: number | null;
            /**
             * Version
             * @default null
             */
            version?: number | null;
        };
        /** PlacedOrderUpdate */
        PlacedOrderUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["PlacedOrder"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * Position
         * @description An open position. Positions are netted, so the `id` is the symbol.
         *
         *     `qty` is positive, and 0 once the position is closed. `updateTime` is in ms since 1970. `pl` is
         *     the unrealised profit in the account's currency, left out while there is no quote.
         * @example {
         *       "avgPrice": 187.44,
         *       "id": "AAPL",
         *       "pl": -0.2,
         *       "qty": 10,
         *       "side": 1,
         *       "symbol": "AAPL",
         *       "updateTime": 1790000000250
         *     }
         */
        Position: {
            /** Avgprice */
            avgPrice: number;
            /** Id */
            id: string;
            /**
             * Pl
             * @default null
             */
            pl?: number | null;
            /** Qty */
            qty: number;
            side: components["schemas"]["Side"];
            /**
             * Stoploss
             * @default null
             */
            stopLoss?: number | null;
            /** Symbol */
            symbol: string;
            /**
             * Takeprofit
             * @default null
             */
            takeProfit?: number | null;
            /**
             * Updatetime
             * @default null
             */
            updateTime?: number | null;
        };
        /**
         * PositionPL
         * @description The unrealised profit of an open position at the last quote.
         *
         *     `price` is the one at which the position could be closed: the bid for a long position, the ask
         *     for a short one. `pl` is in the account's currency. `plPercent` is `pl` in percent of what was
         *     paid or received for the position, without the leverage.
         * @example {
         *       "pl": -0.2,
         *       "plPercent": -0.0107,
         *       "price": 187.42,
         *       "symbol": "AAPL"
         *     }
         */
        PositionPL: {
            /** Pl */
            pl: number;
            /** Plpercent */
            plPercent: number;
            /** Price */
            price: number;
            /** Symbol */
            symbol: string;
        };
        /**
         * PositionPLSubscriptionRequest
         * @description The live profit of one account's open positions.
         */
        PositionPLSubscriptionRequest: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
        };
        /** PositionPLUpdate */
        PositionPLUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["PositionPL"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * PositionsSubscriptionRequest
         * @description The positions of one account.
         */
        PositionsSubscriptionRequest: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
        };
        /** PositionUpdate */
        PositionUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["Position"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * QuoteData
         * @description The quote of a symbol. `n` is the name as the client spelled it.
         *
         *     `v` is the error where `s` is `error`.
         * @example {
         *       "n": "AAPL",
         *       "s": "ok",
         *       "v": {
         *         "ask": 187.44,
         *         "bid": 187.42,
         *         "ch": 0.53,
         *         "chp": 0.2836,
         *         "description": "Apple Inc.",
         *         "exchange": "NASDAQ",
         *         "high_price": 188.1,
         *         "low_price": 186.55,
         *         "lp": 187.43,
         *         "open_price": 186.9,
         *         "original_name": "NASDAQ:AAPL",
         *         "prev_close_price": 186.9,
         *         "short_name": "AAPL",
         *         "spread": 0.02,
         *         "volume": 51230400
         *       }
         *     }
         */
        QuoteData: {
            /** N */
            n: string;
            /**
             * QuoteStatus
             * @enum {string}
             */
            s: "ok" | "error";
            /** V */
            v: components["schemas"]["QuoteValues"] | components["schemas"]["QuoteError"];
        };
        /** QuoteDataUpdate */
        QuoteDataUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["QuoteData"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
        /**
         * QuoteError
         * @description The reason why a symbol has no quote.
         */
        QuoteError: {
            /** Error */
            error: string;
        };
        /**
         * QuotesSubscriptionRequest
         * @description The quotes of several symbols.
         *
         *     Every change of `fast_symbols` is sent. Changes of `symbols` are sent at most once in an
         *     interval of market time.
         */
        QuotesSubscriptionRequest: {
            /**
             * Fast Symbols
             * @example [
             *       "AAPL",
             *       "EURUSD"
             *     ]
             */
            fast_symbols: string[];
            /**
             * Symbols
             * @example []
             */
            symbols: string[];
        };
        /**
         * QuoteValues
         * @description The values of a quote. `ch` and `chp` (percent) compare `lp` with the previous close.
         */
        QuoteValues: {
            /** Ask */
            ask: number;
            /** Bid */
            bid: number;
            /** Ch */
            ch: number;
            /** Chp */
            chp: number;
            /** Description */
            description: string;
            /** Exchange */
            exchange: string;
            /** High Price */
            high_price: number;
            /** Low Price */
            low_price: number;
            /** Lp */
            lp: number;
            /** Open Price */
            open_price: number;
            /** Original Name */
            original_name: string;
            /** Prev Close Price */
            prev_close_price: number;
            /** Short Name */
            short_name: string;
            /** Spread */
            spread: number;
            /** Volume */
            volume: number;
        };
        /**
         * ResumeRequest
         * @description Subscribes to a topic again from the last `seq` that the client received on it.
         */
        ResumeRequest: {
            /**
             * Seq
             * @example 7
             */
            seq: number;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
        };
        /**
         * Side
         * @enum {integer}
         */
        Side: 1 | -1;
        /**
         * StopType
         * @enum {integer}
         */
        StopType: 0 | 1 | 2;
        /**
         * SubscriptionResponse
         * @description The reply to a subscription, its end or a resumption.
         * @example {
         *       "message": "Subscribed",
         *       "status": "ok",
         *       "topic": "bars:{\"resolution\":\"1\",\"symbol\":\"AAPL\"}"
         *     }
         */
        SubscriptionResponse: {
            /** Message */
            message: string;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
        };
        /**
         * SymbolExecutions
         * @description The account's executions in one symbol.
         */
        SymbolExecutions: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /**
             * Symbol
             * @example AAPL
             */
            symbol: string;
        };
        /**
         * Trade
         * @description A trade of the market. `side` is the aggressor's: 1 bought, -1 sold.
         *
         *     A trade at the ask has a buying aggressor, one at the bid a selling one. Between them the
         *     direction of the last price change decides. `side` is left out where it is unknown.
         * @example {
         *       "price": 187.43,
         *       "qty": 120,
         *       "side": 1,
         *       "symbol": "AAPL",
         *       "time": 1790000040250
         *     }
         */
        Trade: {
            /** Price */
            price: number;
            /** Qty */
            qty: number;
            /**
             * Side
             * @default null
             */
            side?: (1 | -1) | null;
            /** Symbol */
            symbol: string;
            /**
             * Time
             * @description ms UTC
             */
            time: number;
        };
        /**
         * TradesSubscriptionRequest
         * @description The trades of one symbol.
         */
        TradesSubscriptionRequest: {
            /**
             * Symbol
             * @example AAPL
             */
            symbol: string;
        };
        /** TradeUpdate */
        TradeUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["Trade"];
            /**
             * Prev
             * @default null
             */
            prev?: number | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * Topic
             * @example bars:{"resolution":"1","symbol":"AAPL"}
             */
            topic: string;
            /**
             * Ts
             * @description When the update was made, in ms since 1970
             * @example 1790000040250
             */
            ts: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AccountExecutions = components['schemas']['AccountExecutions'];
export type AuthRequest = components['schemas']['AuthRequest'];
export type AuthResponse = components['schemas']['AuthResponse'];
export type Bar = components['schemas']['Bar'];
export type BarsSubscriptionRequest = components['schemas']['BarsSubscriptionRequest'];
export type BarUpdate = components['schemas']['BarUpdate'];
export type BrokerConnectionStatus = components['schemas']['BrokerConnectionStatus'];
export type BrokerConnectionStatusUpdate = components['schemas']['BrokerConnectionStatusUpdate'];
export type BrokerConnectionSubscriptionRequest = components['schemas']['BrokerConnectionSubscriptionRequest'];
export type ConnectionStatus = components['schemas']['ConnectionStatus'];
export type DisconnectType = components['schemas']['DisconnectType'];
export type DurationType = components['schemas']['DurationType'];
export type EquityData = components['schemas']['EquityData'];
export type EquityDataUpdate = components['schemas']['EquityDataUpdate'];
export type EquitySubscriptionRequest = components['schemas']['EquitySubscriptionRequest'];
export type Execution = components['schemas']['Execution'];
export type ExecutionsSubscriptionRequest = components['schemas']['ExecutionsSubscriptionRequest'];
export type ExecutionUpdate = components['schemas']['ExecutionUpdate'];
export type Orderbook = components['schemas']['Orderbook'];
export type OrderbookLevel = components['schemas']['OrderbookLevel'];
export type OrderbookSubscriptionRequest = components['schemas']['OrderbookSubscriptionRequest'];
export type OrderbookUpdate = components['schemas']['OrderbookUpdate'];
export type OrderDuration = components['schemas']['OrderDuration'];
export type OrderMessage = components['schemas']['OrderMessage'];
export type OrdersSubscriptionRequest = components['schemas']['OrdersSubscriptionRequest'];
export type OrderStatus = components['schemas']['OrderStatus'];
export type OrderType = components['schemas']['OrderType'];
export type ParentType = components['schemas']['ParentType'];
export type PlacedOrder = components['schemas']['PlacedOrder'];
export type PlacedOrderUpdate = components['schemas']['PlacedOrderUpdate'];
export type Position = components['schemas']['Position'];
export type PositionPl = components['schemas']['PositionPL'];
export type PositionPlSubscriptionRequest = components['schemas']['PositionPLSubscriptionRequest'];
export type PositionPlUpdate = components['schemas']['PositionPLUpdate'];
export type PositionsSubscriptionRequest = components['schemas']['PositionsSubscriptionRequest'];
export type PositionUpdate = components['schemas']['PositionUpdate'];
export type QuoteData = components['schemas']['QuoteData'];
export type QuoteDataUpdate = components['schemas']['QuoteDataUpdate'];
export type QuoteError = components['schemas']['QuoteError'];
export type QuotesSubscriptionRequest = components['schemas']['QuotesSubscriptionRequest'];
export type QuoteValues = components['schemas']['QuoteValues'];
export type ResumeRequest = components['schemas']['ResumeRequest'];
export type Side = components['schemas']['Side'];
export type StopType = components['schemas']['StopType'];
export type SubscriptionResponse = components['schemas']['SubscriptionResponse'];
export type SymbolExecutions = components['schemas']['SymbolExecutions'];
export type Trade = components['schemas']['Trade'];
export type TradesSubscriptionRequest = components['schemas']['TradesSubscriptionRequest'];
export type TradeUpdate = components['schemas']['TradeUpdate'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
/** Every message, by its type. */
export interface Messages {
    "auth": components["schemas"]["AuthRequest"];
    "auth.response": components["schemas"]["AuthResponse"];
    "bars.subscribe": components["schemas"]["BarsSubscriptionRequest"];
    "bars.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "bars.unsubscribe": components["schemas"]["BarsSubscriptionRequest"];
    "bars.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "bars.update": components["schemas"]["BarUpdate"];
    "broker-connection.subscribe": components["schemas"]["BrokerConnectionSubscriptionRequest"];
    "broker-connection.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "broker-connection.unsubscribe": components["schemas"]["BrokerConnectionSubscriptionRequest"];
    "broker-connection.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "broker-connection.update": components["schemas"]["BrokerConnectionStatusUpdate"];
    "equity.subscribe": components["schemas"]["EquitySubscriptionRequest"];
    "equity.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "equity.unsubscribe": components["schemas"]["EquitySubscriptionRequest"];
    "equity.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "equity.update": components["schemas"]["EquityDataUpdate"];
    "executions.resume": components["schemas"]["ResumeRequest"];
    "executions.resume.response": components["schemas"]["SubscriptionResponse"];
    "executions.subscribe": components["schemas"]["ExecutionsSubscriptionRequest"];
    "executions.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "executions.unsubscribe": components["schemas"]["ExecutionsSubscriptionRequest"];
    "executions.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "executions.update": components["schemas"]["ExecutionUpdate"];
    "orderbook.subscribe": components["schemas"]["OrderbookSubscriptionRequest"];
    "orderbook.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "orderbook.unsubscribe": components["schemas"]["OrderbookSubscriptionRequest"];
    "orderbook.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "orderbook.update": components["schemas"]["OrderbookUpdate"];
    "orders.resume": components["schemas"]["ResumeRequest"];
    "orders.resume.response": components["schemas"]["SubscriptionResponse"];
    "orders.subscribe": components["schemas"]["OrdersSubscriptionRequest"];
    "orders.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "orders.unsubscribe": components["schemas"]["OrdersSubscriptionRequest"];
    "orders.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "orders.update": components["schemas"]["PlacedOrderUpdate"];
    "position-pl.subscribe": components["schemas"]["PositionPLSubscriptionRequest"];
    "position-pl.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "position-pl.unsubscribe": components["schemas"]["PositionPLSubscriptionRequest"];
    "position-pl.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "position-pl.update": components["schemas"]["PositionPLUpdate"];
    "positions.resume": components["schemas"]["ResumeRequest"];
    "positions.resume.response": components["schemas"]["SubscriptionResponse"];
    "positions.subscribe": components["schemas"]["PositionsSubscriptionRequest"];
    "positions.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "positions.unsubscribe": components["schemas"]["PositionsSubscriptionRequest"];
    "positions.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "positions.update": components["schemas"]["PositionUpdate"];
    "quotes.subscribe": components["schemas"]["QuotesSubscriptionRequest"];
    "quotes.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "quotes.unsubscribe": components["schemas"]["QuotesSubscriptionRequest"];
    "quotes.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "quotes.update": components["schemas"]["QuoteDataUpdate"];
    "trades.subscribe": components["schemas"]["TradesSubscriptionRequest"];
    "trades.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "trades.unsubscribe": components["schemas"]["TradesSubscriptionRequest"];
    "trades.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "trades.update": components["schemas"]["TradeUpdate"];
}
export const ROUTES = [
    "bars",
    "broker-connection",
    "equity",
    "executions",
    "orderbook",
    "orders",
    "position-pl",
    "positions",
    "quotes",
    "trades",
] as const;
/** The routes that have a `resume`. */
export const RESUMABLE: readonly string[] = ["executions","orders","positions"];
