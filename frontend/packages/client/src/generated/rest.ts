// Generated from openapi.json by `npm run generate`. Edit nothing here.
export interface paths {
    "/api/v1/admin/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open WebSocket connections */
        get: operations["getConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/connections/{connection_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Close a WebSocket connection with 1008 */
        delete: operations["closeConnection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Topics that have subscribers */
        get: operations["getTopics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The alerts of the account */
        get: operations["getAlerts"];
        put?: never;
        /** Create an alert */
        post: operations["createAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{alert_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One alert */
        get: operations["getAlert"];
        /** Replace what an alert waits for; it is active again */
        put: operations["changeAlert"];
        post?: never;
        /** Delete an alert; one that was deleted stays deleted */
        delete: operations["deleteAlert"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account */
        get: operations["getAccountInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The accounts that the caller can use */
        get: operations["getAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/accounts/{account_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Create a paper account, or give one a name */
        put: operations["putAccount"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/accounts/{account_id}/deposit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deposit cash */
        post: operations["deposit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/accounts/{account_id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel the orders, remove the positions and set the balance; the records stay */
        post: operations["resetAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/accounts/{account_id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Settle a position at a stated price without a trade, as an operator */
        post: operations["settlePosition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/accounts/{account_id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw cash that the account's balance and free margin cover */
        post: operations["withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The features that a terminal can enable for an account */
        get: operations["getBrokerConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/equity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account's balance, equity and margin */
        get: operations["getEquity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account's events after a number, in order */
        get: operations["getEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest executions */
        get: operations["getAllExecutions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/executions/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest executions in one symbol */
        get: operations["getExecutions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/instruments/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The properties of a symbol that an order ticket needs */
        get: operations["getInstrument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/kill-switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the account is halted */
        get: operations["getKillSwitch"];
        /** Cancel every order and refuse new ones, or let the account trade again */
        put: operations["setKillSwitch"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cash lines, which add up to the balance: those after a number, or the newest */
        get: operations["getLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/leverage/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A symbol's leverage and its bounds */
        get: operations["leverageInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/leverage/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Preview a change of leverage */
        post: operations["previewLeverage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/leverage/set": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a symbol's leverage */
        put: operations["setLeverage"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Notifications: those of the events after a number, or the newest */
        get: operations["getNotifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live orders, and those that ended within 24 hours */
        get: operations["getOrders"];
        put?: never;
        /** Place an order */
        post: operations["placeOrder"];
        /** Cancel every live order */
        delete: operations["cancelAllOrders"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/orders/{order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One order */
        get: operations["getOrder"];
        /** Change a live order's prices, quantity, duration or brackets */
        put: operations["modifyOrder"];
        post?: never;
        /** Cancel a live order */
        delete: operations["cancelOrder"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/orders/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel those of the listed orders that are live */
        post: operations["cancelOrders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/orders/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ended orders, the one placed last first */
        get: operations["getOrdersHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/orders/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Preview an order, or a change of one */
        post: operations["previewOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/performance/equity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The equity by day, with drawdown */
        get: operations["getEquityHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/performance/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The statistics of closed trades: all, by symbol and by day */
        get: operations["getPerformanceStatistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/performance/trades": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Closed trades, the newest first: a page without any is the end */
        get: operations["getClosedTrades"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open positions */
        get: operations["getPositions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/positions/{position_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Close a position, or a part of it, at the market */
        delete: operations["closePosition"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/positions/{position_id}/brackets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replace the brackets of a position */
        put: operations["editPositionBrackets"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/broker/positions/{position_id}/reverse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reverse a position by one market order */
        post: operations["reversePosition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/bars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** History: closed bars, and the forming one where the window holds it */
        get: operations["getBars"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/clock/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Advance a market under the step clock, at most a day in one request */
        post: operations["advanceClock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The configuration of the datafeed */
        get: operations["getConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The state of the market source */
        get: operations["datafeedHealthCheck"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/quotes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Quotes of up to 500 symbols */
        post: operations["getQuotes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the time of the market does, and whether it can be controlled */
        get: operations["getReplay"];
        /** Play or pause a replay, or a market under the step clock, and set its speed */
        put: operations["setReplay"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/replay/jump": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a replay, or a market under the step clock, forward: every tick is made */
        post: operations["jumpReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/resolve/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One symbol, as AAPL or NASDAQ:AAPL */
        get: operations["resolveSymbol"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search symbols by text */
        get: operations["searchSymbols"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/time": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The market's time, seconds since 1970 */
        get: operations["getServerTime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datafeed/trades": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last trades of a symbol, the oldest first, as the channel trades publishes them */
        get: operations["getTrades"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The state of the server */
        get: operations["getHealthStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/udf/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The configuration of the datafeed */
        get: operations["udfConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/udf/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** History: closed bars, and the forming one where the window holds it */
        get: operations["udfHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/udf/quotes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Quotes of up to 500 symbols */
        get: operations["udfQuotes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/udf/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search symbols by text */
        get: operations["udfSearch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/udf/symbols": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One symbol, as AAPL or NASDAQ:AAPL */
        get: operations["udfSymbols"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/udf/time": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The market's time, seconds since 1970 */
        get: operations["udfTime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The version of this API */
        get: operations["getCurrentAPIVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every version of the API */
        get: operations["getAPIVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AccountMetainfo
         * @description An account: its id, its name, its kind and its currency. An account without a name has its id
         *     as its name. `type` is the kind in TradingView's words.
         * @example {
         *       "currency": "USD",
         *       "id": "DEMO-ACCOUNT",
         *       "kind": "paper",
         *       "name": "DEMO-ACCOUNT",
         *       "type": "demo"
         *     }
         */
        AccountMetainfo: {
            /** Currency */
            currency: string;
            /** Id */
            id: string;
            /**
             * AccountKind
             * @default paper
             * @enum {string}
             */
            kind?: "paper" | "live";
            /** Name */
            name: string;
            /**
             * Type
             * @default demo
             */
            type?: string;
        };
        /**
         * AccountRequest
         * @description The account to open, unless it is open, and its name.
         *
         *     A name has at most 64 visible characters, does not look as if it began with `LIVE-`, and is not
         *     the id of another account. An empty one removes the name. Without `name` the account keeps the
         *     one it has.
         * @example {
         *       "name": "Breakouts"
         *     }
         */
        AccountRequest: {
            /** Name */
            name?: string | null;
        };
        /**
         * AdvanceClockRequest
         * @description How far to advance the clock. Exactly one of the two fields is required.
         * @example {
         *       "by_ms": 60000
         *     }
         */
        AdvanceClockRequest: {
            /** By Ms */
            by_ms?: number | null;
            /** To Ms */
            to_ms?: number | null;
        };
        /**
         * Alert
         * @description A price alert of an account. Times are in ms since 1970.
         *
         *     `firings` counts how often it has fired. `lastFired` is the latest firing.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "condition": "up",
         *       "createdMs": 1790000000250,
         *       "firings": 1,
         *       "frequency": "once",
         *       "id": "alert-1",
         *       "lastFired": {
         *         "direction": "up",
         *         "price": 190.52,
         *         "time": 1790000040250
         *       },
         *       "price": 190.5,
         *       "status": "fired",
         *       "symbol": "AAPL"
         *     }
         */
        Alert: {
            /** Accountid */
            accountId: string;
            condition: components["schemas"]["AlertCondition"];
            /** Createdms */
            createdMs: number;
            /** Expiresms */
            expiresMs?: number | null;
            /** Firings */
            firings: number;
            frequency: components["schemas"]["AlertFrequency"];
            /** Id */
            id: string;
            lastFired?: components["schemas"]["AlertFiring"] | null;
            /** Message */
            message?: string | null;
            /** Price */
            price: number;
            status: components["schemas"]["AlertStatus"];
            /** Symbol */
            symbol: string;
        };
        /**
         * AlertCondition
         * @description In which direction the price has to cross the alert's price.
         * @enum {string}
         */
        AlertCondition: "up" | "down" | "either";
        /**
         * AlertDirection
         * @description The direction in which the price crossed.
         * @enum {string}
         */
        AlertDirection: "up" | "down";
        /**
         * AlertFiring
         * @description One firing of an alert: the quote's time, in ms since 1970, and its price.
         * @example {
         *       "direction": "up",
         *       "price": 190.52,
         *       "time": 1790000040250
         *     }
         */
        AlertFiring: {
            direction: components["schemas"]["AlertDirection"];
            /** Price */
            price: number;
            /** Time */
            time: number;
        };
        /**
         * AlertFrequency
         * @description How often an alert fires: once, or each time, at most once a minute.
         * @enum {string}
         */
        AlertFrequency: "once" | "repeating";
        /**
         * AlertRequest
         * @description What an alert waits for. `expiresMs` is in ms since 1970, in the time of the market.
         *
         *     `message` is a line of text that the notification repeats.
         * @example {
         *       "condition": "up",
         *       "price": 190.5,
         *       "symbol": "AAPL"
         *     }
         */
        AlertRequest: {
            /** @example up */
            condition: components["schemas"]["AlertCondition"];
            /** Expiresms */
            expiresMs?: number | null;
            /** @default once */
            frequency?: components["schemas"]["AlertFrequency"];
            /** Message */
            message?: string | null;
            /** Price */
            price: number;
            /**
             * Symbol
             * @example AAPL
             */
            symbol: string;
        };
        /**
         * AlertStatus
         * @description `firing` lasts until the notification is stored. `deleted` is sent by updates only.
         * @enum {string}
         */
        AlertStatus: "active" | "firing" | "fired" | "expired" | "deleted";
        /**
         * APIMetadata
         * @description Every version of the API that this server offers.
         * @example {
         *       "available_versions": [
         *         {
         *           "breaking_changes": [],
         *           "release_date": "2026-11-21",
         *           "status": "stable",
         *           "version": "v1"
         *         }
         *       ],
         *       "current_version": "v1",
         *       "documentation_url": "/api/v1/docs"
         *     }
         */
        APIMetadata: {
            /** Available Versions */
            available_versions: components["schemas"]["VersionInfo"][];
            /** Current Version */
            current_version: string;
            /** Documentation Url */
            documentation_url: string;
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
         * Brackets
         * @description The brackets that a position shall have. A bracket that is left out is removed.
         *
         *     `trailingStopPips` replaces `stopLoss`.
         */
        Brackets: {
            /** Guaranteedstop */
            guaranteedStop?: number | null;
            /** Stoploss */
            stopLoss?: number | null;
            /** Takeprofit */
            takeProfit?: number | null;
            /** Trailingstoppips */
            trailingStopPips?: number | null;
        };
        /**
         * BrokerConfiguration
         * @description The features that a terminal can enable. `currency` is the currency of all accounts.
         *
         *     An account is warned when its margin level falls below one of `marginWarningLevels`, which are
         *     in percent, descending.
         * @example {
         *       "configFlags": {
         *         "supportGuaranteedStop": false,
         *         "supportOrderBrackets": true
         *       },
         *       "currency": "USD",
         *       "durations": [
         *         {
         *           "name": "Good till canceled",
         *           "supportedOrderTypes": [
         *             1,
         *             2,
         *             3,
         *             4
         *           ],
         *           "value": "GTC"
         *         }
         *       ],
         *       "marginWarningLevels": [
         *         150,
         *         120
         *       ]
         *     }
         */
        BrokerConfiguration: {
            configFlags: components["schemas"]["BrokerFlags"];
            /** Currency */
            currency: string;
            /** Durations */
            durations: components["schemas"]["DurationInfo"][];
            /** Marginwarninglevels */
            marginWarningLevels?: number[];
        };
        /**
         * BrokerEvent
         * @description One event of an account. Events are numbered from 1 without gaps.
         *
         *     `type` is the kind of event, `time` is in ms since 1970. `accountKind` is that of the account.
         *     The other fields are the objects that the event changed, in their new state. `price` is that of
         *     a settlement. `name` is that of an `accountNamed`. `notification` is that of a
         *     `notificationRaised`; other events that notify show what they are about. `code` and `text` are
         *     the reason of a `riskRejected` and of what a venue reports. `killSwitch` is that of a
         *     `killSwitchSet`. `requestId` is the `X-Request-ID` of the command that caused it, where the
         *     client sent one.
         * @example {
         *       "accountKind": "paper",
         *       "order": {
         *         "filledQty": 0,
         *         "id": "order-1",
         *         "limitPrice": 187.4,
         *         "qty": 10,
         *         "side": 1,
         *         "status": 1,
         *         "symbol": "AAPL",
         *         "type": 1,
         *         "updateTime": 1790000000250,
         *         "version": 2
         *       },
         *       "seq": 4,
         *       "time": 1790000000250,
         *       "type": "orderCanceled"
         *     }
         */
        BrokerEvent: {
            /**
             * AccountKind
             * @default paper
             * @enum {string}
             */
            accountKind?: "paper" | "live";
            /** Balance */
            balance?: number | null;
            /** Code */
            code?: string | null;
            execution?: components["schemas"]["Execution"] | null;
            killSwitch?: components["schemas"]["KillSwitchState"] | null;
            /** Leverage */
            leverage?: number | null;
            /** Name */
            name?: string | null;
            notification?: components["schemas"]["Notification"] | null;
            order?: components["schemas"]["PlacedOrder"] | null;
            position?: components["schemas"]["Position"] | null;
            /** Positions */
            positions?: components["schemas"]["Position"][] | null;
            /** Price */
            price?: number | null;
            /** Requestid */
            requestId?: string | null;
            /** Seq */
            seq: number;
            /** Symbol */
            symbol?: string | null;
            /** Text */
            text?: string | null;
            /** Time */
            time: number;
            /**
             * Type
             * @example orderFilled
             */
            type: string;
        };
        /**
         * BrokerFlags
         * @description TradingView's configFlags. A flag is true where the feature is supported.
         */
        BrokerFlags: {
            /**
             * Supportcloseposition
             * @default true
             */
            supportClosePosition?: boolean;
            /**
             * Supportcryptobrackets
             * @default false
             */
            supportCryptoBrackets?: boolean;
            /**
             * Supportdemoliveswitcher
             * @default false
             */
            supportDemoLiveSwitcher?: boolean;
            /**
             * Supporteditamount
             * @default true
             */
            supportEditAmount?: boolean;
            /**
             * Supportexecutions
             * @default true
             */
            supportExecutions?: boolean;
            /**
             * Supportguaranteedstop
             * @default false
             */
            supportGuaranteedStop?: boolean;
            /**
             * Supportlevel2Data
             * @default true
             */
            supportLevel2Data?: boolean;
            /**
             * Supportleverage
             * @default true
             */
            supportLeverage?: boolean;
            /**
             * Supportlimitorders
             * @default true
             */
            supportLimitOrders?: boolean;
            /**
             * Supportmargin
             * @default true
             */
            supportMargin?: boolean;
            /**
             * Supportmarketbrackets
             * @default true
             */
            supportMarketBrackets?: boolean;
            /**
             * Supportmarketorders
             * @default true
             */
            supportMarketOrders?: boolean;
            /**
             * Supportmodifybrackets
             * @default true
             */
            supportModifyBrackets?: boolean;
            /**
             * Supportmodifyduration
             * @default true
             */
            supportModifyDuration?: boolean;
            /**
             * Supportmodifyorderpreview
             * @default true
             */
            supportModifyOrderPreview?: boolean;
            /**
             * Supportmodifyorderprice
             * @default true
             */
            supportModifyOrderPrice?: boolean;
            /**
             * Supportmodifytrailingstop
             * @default true
             */
            supportModifyTrailingStop?: boolean;
            /**
             * Supportmultiposition
             * @default false
             */
            supportMultiposition?: boolean;
            /**
             * Supportnativereverseposition
             * @default true
             */
            supportNativeReversePosition?: boolean;
            /**
             * Supportorderbrackets
             * @default true
             */
            supportOrderBrackets?: boolean;
            /**
             * Supportordershistory
             * @default true
             */
            supportOrdersHistory?: boolean;
            /**
             * Supportpartialcloseposition
             * @default true
             */
            supportPartialClosePosition?: boolean;
            /**
             * Supportplaceorderpreview
             * @default true
             */
            supportPlaceOrderPreview?: boolean;
            /**
             * Supportplupdate
             * @default true
             */
            supportPLUpdate?: boolean;
            /**
             * Supportpositionbrackets
             * @default true
             */
            supportPositionBrackets?: boolean;
            /**
             * Supportpositionnetting
             * @default true
             */
            supportPositionNetting?: boolean;
            /**
             * Supportreverseposition
             * @default true
             */
            supportReversePosition?: boolean;
            /**
             * Supportstoplimitorders
             * @default true
             */
            supportStopLimitOrders?: boolean;
            /**
             * Supportstoporders
             * @default true
             */
            supportStopOrders?: boolean;
            /**
             * Supporttrailingstop
             * @default true
             */
            supportTrailingStop?: boolean;
        };
        /**
         * CancelOrdersRequest
         * @description The ids of the orders to cancel.
         * @example {
         *       "orderIds": [
         *         "order-1",
         *         "order-2"
         *       ]
         *     }
         */
        CancelOrdersRequest: {
            /** Orderids */
            orderIds: string[];
        };
        /**
         * CancelOrdersResult
         * @description The ids of the orders that were canceled, with their brackets.
         *
         *     Orders that had already ended are not listed.
         * @example {
         *       "canceled": [
         *         "order-1"
         *       ],
         *       "seq": 5
         *     }
         */
        CancelOrdersResult: {
            /** Canceled */
            canceled: string[];
            /**
             * Seq
             * @description The number of the account's last event after the command
             * @example 5
             */
            seq: number;
        };
        /**
         * CashLine
         * @description One change of an account's cash. The balance is the sum of all amounts.
         *
         *     `kind` is `deposit`, `withdrawal`, `realized_pl`, `commission`, `settlement` or `reset`. `seq`
         *     is the number of the event that caused it. `time` is in ms since 1970.
         * @example {
         *       "amount": 12.5,
         *       "balance": 100012.5,
         *       "executionId": "execution-2",
         *       "kind": "realized_pl",
         *       "orderId": "order-2",
         *       "seq": 7,
         *       "symbol": "AAPL",
         *       "time": 1790000000250
         *     }
         */
        CashLine: {
            /** Amount */
            amount: number;
            /** Balance */
            balance: number;
            /** Executionid */
            executionId?: string | null;
            /** Kind */
            kind: string;
            /** Orderid */
            orderId?: string | null;
            /** Seq */
            seq: number;
            /** Symbol */
            symbol?: string | null;
            /** Time */
            time: number;
        };
        /**
         * ClockResponse
         * @description The current time of the clock, in ms since 1970.
         *
         *     `market` is the market's state, as in the health of the datafeed. After the end of a replay it
         *     is `closed`.
         * @example {
         *       "market": "open",
         *       "now_ms": 1790000040000
         *     }
         */
        ClockResponse: {
            /** Market */
            market: string;
            /** Now Ms */
            now_ms: number;
        };
        /**
         * ClosedTrade
         * @description A closed trade: a position from its opening until it is flat or on the other side.
         *
         *     `seq` is the number of the event that closed it. `side` is that of the entry, and `qty` all that
         *     was opened. The prices are averages. `profit` is before `fees`; `returnPercent` is the net
         *     profit relative to the value of the entry. `isPartial` means that the records of its beginning
         *     were removed. Times are in ms since 1970, money is in the account's currency.
         * @example {
         *       "entryPrice": 187.4,
         *       "entryTime": 1789990000250,
         *       "executions": 2,
         *       "exitPrice": 188.65,
         *       "exitTime": 1790000000250,
         *       "fees": 1,
         *       "isPartial": false,
         *       "netProfit": 11.5,
         *       "profit": 12.5,
         *       "qty": 10,
         *       "returnPercent": 0.61,
         *       "seq": 9,
         *       "side": 1,
         *       "symbol": "AAPL"
         *     }
         */
        ClosedTrade: {
            /** Entryprice */
            entryPrice: number;
            /** Entrytime */
            entryTime: number;
            /** Executions */
            executions: number;
            /** Exitprice */
            exitPrice: number;
            /** Exittime */
            exitTime: number;
            /** Fees */
            fees: number;
            /**
             * Ispartial
             * @default false
             */
            isPartial?: boolean;
            /** Netprofit */
            netProfit: number;
            /** Profit */
            profit: number;
            /** Qty */
            qty: number;
            /** Returnpercent */
            returnPercent: number;
            /** Seq */
            seq: number;
            side: components["schemas"]["Side"];
            /** Symbol */
            symbol: string;
        };
        /**
         * CurrentQuotes
         * @description The quote that the terminal showed when the order was sent.
         */
        CurrentQuotes: {
            /** Ask */
            ask: number;
            /** Bid */
            bid: number;
        };
        /**
         * DailyEquity
         * @description An account at the end of a day, which starts at `time`. `equity` is `balance` and `openPL`.
         *
         *     `deposits` is what was paid in since the start, less what was withdrawn. `drawdown` is how far
         *     equity less deposits is below its highest value at the end of a day since the start;
         *     `drawdownPercent` is relative to that value and the deposits.
         * @example {
         *       "balance": 100012.5,
         *       "deposits": 0,
         *       "drawdown": 50,
         *       "drawdownPercent": 0.05,
         *       "equity": 100112.5,
         *       "openPL": 100,
         *       "time": 1789948800000
         *     }
         */
        DailyEquity: {
            /** Balance */
            balance: number;
            /** Deposits */
            deposits: number;
            /** Drawdown */
            drawdown: number;
            /** Drawdownpercent */
            drawdownPercent: number;
            /** Equity */
            equity: number;
            /** Openpl */
            openPL: number;
            /** Time */
            time: number;
        };
        /**
         * DatafeedConfiguration
         * @description TradingView's configuration of a datafeed.
         * @example {
         *       "exchanges": [
         *         {
         *           "desc": "NASDAQ",
         *           "name": "NASDAQ",
         *           "value": "NASDAQ"
         *         }
         *       ],
         *       "supported_resolutions": [
         *         "1",
         *         "5",
         *         "60",
         *         "1D"
         *       ],
         *       "supports_marks": false,
         *       "supports_time": true,
         *       "supports_timescale_marks": false,
         *       "symbols_types": [
         *         {
         *           "name": "Stock",
         *           "value": "stock"
         *         }
         *       ]
         *     }
         */
        DatafeedConfiguration: {
            /** Exchanges */
            exchanges: components["schemas"]["Exchange"][];
            /** Supported Resolutions */
            supported_resolutions: string[];
            /**
             * Supports Marks
             * @default false
             */
            supports_marks?: boolean;
            /**
             * Supports Time
             * @default true
             */
            supports_time?: boolean;
            /**
             * Supports Timescale Marks
             * @default false
             */
            supports_timescale_marks?: boolean;
            /** Symbols Types */
            symbols_types: components["schemas"]["SymbolType"][];
        };
        /**
         * DatafeedHealthResponse
         * @description The state of the market source. `market` is `starting`, `open`, `closed` or `silent`.
         *
         *     `message` is the reason for `closed` and `silent`. In an `open` market it names the symbols
         *     that are silent while others trade.
         * @example {
         *       "market": "open",
         *       "message": "",
         *       "status": "ok",
         *       "symbols": 11
         *     }
         */
        DatafeedHealthResponse: {
            /** Market */
            market: string;
            /** Message */
            message: string;
            /** Status */
            status: string;
            /** Symbols */
            symbols: number;
        };
        /**
         * DayStatistics
         * @description The figures of the trades that were closed on the UTC day that starts at `time`, in ms since
         *     1970.
         * @example {
         *       "averageDuration": 3600000,
         *       "averageLoss": 10,
         *       "averageWin": 20,
         *       "fees": 3.5,
         *       "largestLoss": 10,
         *       "largestWin": 25,
         *       "losses": 1,
         *       "netProfit": 30,
         *       "profit": 33.5,
         *       "profitFactor": 4,
         *       "time": 1789948800000,
         *       "trades": 3,
         *       "winRate": 0.6667,
         *       "wins": 2
         *     }
         */
        DayStatistics: {
            /** Averageduration */
            averageDuration?: number | null;
            /** Averageloss */
            averageLoss?: number | null;
            /** Averagewin */
            averageWin?: number | null;
            /** Fees */
            fees: number;
            /** Largestloss */
            largestLoss: number;
            /** Largestwin */
            largestWin: number;
            /** Losses */
            losses: number;
            /** Netprofit */
            netProfit: number;
            /** Profit */
            profit: number;
            /** Profitfactor */
            profitFactor?: number | null;
            /** Time */
            time: number;
            /** Trades */
            trades: number;
            /** Winrate */
            winRate?: number | null;
            /** Wins */
            wins: number;
        };
        /**
         * DepositRequest
         * @description An amount of cash to add, in the account's currency.
         * @example {
         *       "amount": 5000
         *     }
         */
        DepositRequest: {
            /** Amount */
            amount: number;
        };
        /**
         * DurationInfo
         * @description A time in force. The pickers are true where the terminal has to ask for `datetime`.
         * @example {
         *       "name": "Good till canceled",
         *       "supportedOrderTypes": [
         *         1,
         *         2,
         *         3,
         *         4
         *       ],
         *       "value": "GTC"
         *     }
         */
        DurationInfo: {
            /**
             * Default
             * @default false
             */
            default?: boolean;
            /**
             * Hasdatepicker
             * @default false
             */
            hasDatePicker?: boolean;
            /**
             * Hastimepicker
             * @default false
             */
            hasTimePicker?: boolean;
            /** Name */
            name: string;
            /** Supportedordertypes */
            supportedOrderTypes: components["schemas"]["OrderType"][];
            value: components["schemas"]["DurationType"];
        };
        /**
         * DurationType
         * @enum {string}
         */
        DurationType: "DAY" | "GTC" | "GTD" | "IOC" | "FOK";
        /**
         * EditPositionBracketsRequest
         * @description A change of a position's brackets.
         * @example {
         *       "brackets": {
         *         "stopLoss": 180.5,
         *         "takeProfit": 195
         *       }
         *     }
         */
        EditPositionBracketsRequest: {
            brackets: components["schemas"]["Brackets"];
            /** Customfields */
            customFields?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * EquityData
         * @description The state of an account's money, in the account's currency.
         *
         *     `balance` is cash. `unrealizedPL` is what closing the open positions would yield now. `equity`
         *     is the sum of both. `realizedPL` counts from the opening of the account. `usedMargin` is
         *     reserved for positions and working orders; `freeMargin` is equity less used margin.
         *     `deposited` is the balance at the opening or the last reset, and what was paid in since, less
         *     what was withdrawn: no part of it is profit. `seq` is the number of the account's last event.
         * @example {
         *       "balance": 100000,
         *       "deposited": 100000,
         *       "equity": 99999.8,
         *       "freeMargin": 99812.4,
         *       "realizedPL": 0,
         *       "seq": 12,
         *       "unrealizedPL": -0.2,
         *       "usedMargin": 187.4
         *     }
         */
        EquityData: {
            /** Balance */
            balance: number;
            /** Deposited */
            deposited?: number | null;
            /** Equity */
            equity: number;
            /** Freemargin */
            freeMargin?: number | null;
            /** Realizedpl */
            realizedPL: number;
            /** Seq */
            seq?: number | null;
            /** Unrealizedpl */
            unrealizedPL: number;
            /** Usedmargin */
            usedMargin?: number | null;
        };
        /**
         * EquityHistoryData
         * @description The equity of an account by UTC day of market time, the oldest day first.
         *
         *     The figures begin at `startTime` with `startBalance`; an account that no command has opened has
         *     no start. The last point is the present. A day on which nothing was booked, and on which no
         *     symbol traded that was held, has no point: its equity is that of the day before. `seq` and
         *     `deposited` are those of the account's equity at the last point, and `startSeq` is the number of
         *     the event at the start. Times are in ms since 1970.
         * @example {
         *       "currency": "USD",
         *       "deposited": 100000,
         *       "points": [
         *         {
         *           "balance": 100012.5,
         *           "deposits": 0,
         *           "drawdown": 0,
         *           "drawdownPercent": 0,
         *           "equity": 100112.5,
         *           "openPL": 100,
         *           "time": 1789948800000
         *         }
         *       ],
         *       "seq": 12,
         *       "startBalance": 100000,
         *       "startReason": "opened",
         *       "startSeq": 1,
         *       "startTime": 1789900000250,
         *       "valuation": "dailyClose"
         *     }
         */
        EquityHistoryData: {
            /** Currency */
            currency: string;
            /** Deposited */
            deposited?: number | null;
            /** Points */
            points: components["schemas"]["DailyEquity"][];
            /**
             * Seq
             * @default 0
             */
            seq?: number;
            /** Startbalance */
            startBalance: number;
            /**
             * PerformanceStartReason
             * @enum {string}
             */
            startReason: "opened" | "reset" | "removed";
            /**
             * Startseq
             * @default 0
             */
            startSeq?: number;
            /** Starttime */
            startTime?: number | null;
            /**
             * PerformanceValuation
             * @enum {string}
             */
            valuation: "dailyClose" | "lastFill";
        };
        /**
         * ErrorResponse
         * @description The body of every error response.
         * @example {
         *       "code": "order_not_found",
         *       "detail": "There is no order order-9."
         *     }
         */
        ErrorResponse: {
            /**
             * Code
             * @description Machine-readable; stable
             * @example unknown_symbol
             */
            code: string;
            /**
             * Detail
             * @description One sentence for a person
             */
            detail: string;
        };
        /**
         * Exchange
         * @description An exchange that the symbol search can filter by.
         */
        Exchange: {
            /** Desc */
            desc: string;
            /** Name */
            name: string;
            /** Value */
            value: string;
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
            /** Commission */
            commission?: number | null;
            /** Id */
            id: string;
            /** Netamount */
            netAmount?: number | null;
            /** Orderid */
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
         * GetBarsResponse
         * @description Bars of a symbol. `no_data` is true only where no older bars exist.
         *
         *     `next_time` is the time of the next older bar, in ms since 1970, where the requested interval
         *     has no bars.
         * @example {
         *       "bars": [
         *         {
         *           "close": 187.43,
         *           "high": 187.61,
         *           "low": 187.35,
         *           "open": 187.4,
         *           "time": 1790000040000,
         *           "volume": 8120
         *         }
         *       ],
         *       "no_data": false
         *     }
         */
        GetBarsResponse: {
            /**
             * Bars
             * @description Ascending by time, unique
             */
            bars: components["schemas"]["Bar"][];
            /** Next Time */
            next_time?: number | null;
            /** No Data */
            no_data: boolean;
        };
        /**
         * GetQuotesRequest
         * @description The symbols whose quotes are requested.
         * @example {
         *       "symbols": [
         *         "AAPL",
         *         "EURUSD"
         *       ]
         *     }
         */
        GetQuotesRequest: {
            /** Symbols */
            symbols: string[];
        };
        /**
         * HealthResponse
         * @description The state of the server. `timestamp` is ISO 8601 in UTC; `modules` are those enabled.
         * @example {
         *       "api_version": "v1",
         *       "modules": [
         *         "datafeed",
         *         "broker",
         *         "alerts"
         *       ],
         *       "status": "ok",
         *       "timestamp": "2026-11-21T09:30:00.000+00:00",
         *       "version": "0.1.0"
         *     }
         */
        HealthResponse: {
            /** Api Version */
            api_version: string;
            /** Modules */
            modules: string[];
            /**
             * Status
             * @default ok
             * @constant
             */
            status?: "ok";
            /** Timestamp */
            timestamp: string;
            /** Version */
            version: string;
        };
        /**
         * InstrumentInfo
         * @description The properties of a symbol that an order ticket needs.
         *
         *     `pipValue` is the value of one pip of one unit, in the account's currency. It is left out
         *     while no quote allows to convert it.
         * @example {
         *       "allowedDurations": [
         *         "DAY",
         *         "GTC"
         *       ],
         *       "allowedOrderTypes": [
         *         1,
         *         2,
         *         3,
         *         4
         *       ],
         *       "currency": "USD",
         *       "description": "Apple Inc.",
         *       "leverage": "10:1",
         *       "minTick": 0.01,
         *       "pipSize": 0.01,
         *       "pipValue": 0.01,
         *       "qty": {
         *         "default": 1,
         *         "max": 1000000,
         *         "min": 1,
         *         "step": 1
         *       }
         *     }
         */
        InstrumentInfo: {
            /** Alloweddurations */
            allowedDurations: components["schemas"]["DurationType"][];
            /** Allowedordertypes */
            allowedOrderTypes: components["schemas"]["OrderType"][];
            /** Currency */
            currency: string;
            /** Description */
            description: string;
            /** Leverage */
            leverage: string;
            /** Mintick */
            minTick: number;
            /** Pipsize */
            pipSize: number;
            /** Pipvalue */
            pipValue?: number | null;
            qty: components["schemas"]["QuantityRange"];
        };
        /**
         * JumpRequest
         * @description How far to move forward. Exactly one of the two fields is required. `by_ms` moves at least to
         *     the next tick, and at most to the end.
         * @example {
         *       "by_ms": 60000
         *     }
         */
        JumpRequest: {
            /** By Ms */
            by_ms?: number | null;
            /** To Ms */
            to_ms?: number | null;
        };
        /**
         * KillSwitchParams
         * @description Whether to halt the account, or to let it trade again, and why.
         * @example {
         *       "on": true,
         *       "reason": "a wild strategy"
         *     }
         */
        KillSwitchParams: {
            /** On */
            on: boolean;
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /**
         * KillSwitchResult
         * @description Whether the account is halted now, and the orders whose cancellation that began.
         * @example {
         *       "canceled": [
         *         "order-1"
         *       ],
         *       "on": true,
         *       "seq": 5
         *     }
         */
        KillSwitchResult: {
            /** Canceled */
            canceled: string[];
            /** On */
            on: boolean;
            /**
             * Seq
             * @description The number of the account's last event after the command
             * @example 5
             */
            seq: number;
        };
        /**
         * KillSwitchState
         * @description Whether an account is halted, why, and when that was set, in ms since 1970.
         *
         *     While it is `on`, the account only cancels orders and closes positions. `time` is absent if it
         *     was never set.
         * @example {
         *       "on": true,
         *       "reason": "a wild strategy",
         *       "time": 1790000000250
         *     }
         */
        KillSwitchState: {
            /** On */
            on: boolean;
            /**
             * Reason
             * @default
             */
            reason?: string;
            /** Time */
            time?: number | null;
        };
        /**
         * LeverageInfo
         * @description The leverage of a symbol and the range that it can be set to.
         * @example {
         *       "leverage": 1,
         *       "max": 1,
         *       "min": 1,
         *       "step": 1,
         *       "title": "AAPL"
         *     }
         */
        LeverageInfo: {
            /** Leverage */
            leverage: number;
            /** Max */
            max: number;
            /** Min */
            min: number;
            /** Step */
            step: number;
            /** Title */
            title: string;
        };
        /**
         * LeveragePreviewResult
         * @description What a change of leverage would mean, in sentences for the user.
         * @example {
         *       "infos": [
         *         "5:1"
         *       ]
         *     }
         */
        LeveragePreviewResult: {
            /** Errors */
            errors?: string[] | null;
            /** Infos */
            infos?: string[] | null;
            /** Warnings */
            warnings?: string[] | null;
        };
        /**
         * LeverageSetParams
         * @description The leverage to set or preview for a symbol.
         * @example {
         *       "leverage": 5,
         *       "orderType": 2,
         *       "side": 1,
         *       "symbol": "AAPL"
         *     }
         */
        LeverageSetParams: {
            /** Leverage */
            leverage: number;
            orderType: components["schemas"]["OrderType"];
            side: components["schemas"]["Side"];
            /**
             * Symbol
             * @example AAPL
             */
            symbol: string;
        };
        /**
         * LeverageSetResult
         * @description The leverage that is now in effect.
         * @example {
         *       "leverage": 5,
         *       "seq": 2
         *     }
         */
        LeverageSetResult: {
            /** Leverage */
            leverage: number;
            /**
             * Seq
             * @description The number of the account's last event after the command
             * @example 5
             */
            seq: number;
        };
        /**
         * Notification
         * @description Something that happened to an account. `id` is the number of the event.
         *
         *     `message` is for people, in plain English. `code` is for programs and names the kind of
         *     occurrence. `reference` has what it is about, by name: ids, symbols and numbers. `time` is in
         *     ms since 1970.
         * @example {
         *       "code": "order_filled",
         *       "id": 4,
         *       "message": "Bought 10 AAPL at 187.40 (order-1).",
         *       "reference": {
         *         "executionId": "execution-1",
         *         "orderId": "order-1",
         *         "price": 187.4,
         *         "quantity": 10,
         *         "side": 1,
         *         "symbol": "AAPL"
         *       },
         *       "severity": "info",
         *       "time": 1790000000250
         *     }
         */
        Notification: {
            /**
             * Code
             * @example order_filled
             */
            code: string;
            /** Id */
            id: number;
            /** Message */
            message: string;
            /** Reference */
            reference: {
                [key: string]: string | number;
            };
            severity: components["schemas"]["NotificationSeverity"];
            /** Time */
            time: number;
        };
        /**
         * NotificationSeverity
         * @enum {string}
         */
        NotificationSeverity: "info" | "warning" | "critical";
        /**
         * OpenConnection
         * @description An open WebSocket connection. `connected_ms` is when it was opened, in ms since 1970.
         *
         *     `waiting` is the number of updates that are not sent yet, and `waiting_bytes` their size.
         *     `subject` is empty until the client has authenticated.
         * @example {
         *       "address": "127.0.0.1",
         *       "connected_ms": 1790000040000,
         *       "id": "0f8fad5bd9cb469fa16570867728950e",
         *       "subject": "anyone",
         *       "topics": 3,
         *       "waiting": 0,
         *       "waiting_bytes": 0
         *     }
         */
        OpenConnection: {
            /** Address */
            address: string;
            /** Connected Ms */
            connected_ms: number;
            /** Id */
            id: string;
            /** Subject */
            subject: string;
            /** Topics */
            topics: number;
            /** Waiting */
            waiting: number;
            /** Waiting Bytes */
            waiting_bytes: number;
        };
        /**
         * OpenTopic
         * @description A topic with its number of subscribed connections.
         * @example {
         *       "subscribers": 2,
         *       "topic": "bars:{\"resolution\":\"1\",\"symbol\":\"AAPL\"}"
         *     }
         */
        OpenTopic: {
            /** Subscribers */
            subscribers: number;
            /** Topic */
            topic: string;
        };
        /**
         * OpenTradesSummary
         * @description The trades that are open now: how many, what they have realized, and the fees they paid.
         * @example {
         *       "fees": 0.5,
         *       "profit": 12.5,
         *       "trades": 1
         *     }
         */
        OpenTradesSummary: {
            /** Fees */
            fees: number;
            /** Profit */
            profit: number;
            /** Trades */
            trades: number;
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
            /** Datetime */
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
         * OrderPreviewResult
         * @description What an order would do, in sections for the user.
         * @example {
         *       "sections": [
         *         {
         *           "header": "Order",
         *           "rows": [
         *             {
         *               "title": "Symbol",
         *               "value": "AAPL"
         *             }
         *           ]
         *         }
         *       ],
         *       "warnings": [
         *         "Nothing would be filled immediately; the order would wait as Working."
         *       ]
         *     }
         */
        OrderPreviewResult: {
            /** Confirmid */
            confirmId?: string | null;
            /** Errors */
            errors?: string[] | null;
            /** Sections */
            sections: components["schemas"]["OrderPreviewSection"][];
            /** Warnings */
            warnings?: string[] | null;
        };
        /**
         * OrderPreviewRow
         * @description One labelled value of an order preview.
         */
        OrderPreviewRow: {
            /** Title */
            title: string;
            /** Value */
            value: string;
        };
        /**
         * OrderPreviewSection
         * @description A group of rows of an order preview.
         */
        OrderPreviewSection: {
            /** Header */
            header?: string | null;
            /** Rows */
            rows: components["schemas"]["OrderPreviewRow"][];
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
         * PerformanceStatistics
         * @description The statistics of an account's closed trades: all, by symbol, and by day of the exit.
         *
         *     `total`, `bySymbol` and `byDay` are those of the requested days; each of the lists adds up to
         *     the total. The other figures are those of the present: `startBalance`, `deposits` since
         *     `startTime`, and profit less fees of all closed and open trades add up to `balance`, and with
         *     `openPL` to `equity`.
         * @example {
         *       "balance": 100042,
         *       "byDay": [
         *         {
         *           "averageDuration": 3600000,
         *           "averageLoss": 10,
         *           "averageWin": 20,
         *           "fees": 3.5,
         *           "largestLoss": 10,
         *           "largestWin": 25,
         *           "losses": 1,
         *           "netProfit": 30,
         *           "profit": 33.5,
         *           "profitFactor": 4,
         *           "time": 1789948800000,
         *           "trades": 3,
         *           "winRate": 0.6667,
         *           "wins": 2
         *         }
         *       ],
         *       "bySymbol": [
         *         {
         *           "averageDuration": 3600000,
         *           "averageLoss": 10,
         *           "averageWin": 20,
         *           "fees": 3.5,
         *           "largestLoss": 10,
         *           "largestWin": 25,
         *           "losses": 1,
         *           "netProfit": 30,
         *           "profit": 33.5,
         *           "profitFactor": 4,
         *           "symbol": "AAPL",
         *           "trades": 3,
         *           "winRate": 0.6667,
         *           "wins": 2
         *         }
         *       ],
         *       "currency": "USD",
         *       "deposits": 0,
         *       "equity": 100142,
         *       "openPL": 100,
         *       "openTrades": {
         *         "fees": 0.5,
         *         "profit": 12.5,
         *         "trades": 1
         *       },
         *       "startBalance": 100000,
         *       "startReason": "opened",
         *       "startTime": 1789900000250,
         *       "total": {
         *         "averageDuration": 3600000,
         *         "averageLoss": 10,
         *         "averageWin": 20,
         *         "fees": 3.5,
         *         "largestLoss": 10,
         *         "largestWin": 25,
         *         "losses": 1,
         *         "netProfit": 30,
         *         "profit": 33.5,
         *         "profitFactor": 4,
         *         "trades": 3,
         *         "winRate": 0.6667,
         *         "wins": 2
         *       }
         *     }
         */
        PerformanceStatistics: {
            /** Balance */
            balance: number;
            /** Byday */
            byDay: components["schemas"]["DayStatistics"][];
            /** Bysymbol */
            bySymbol: components["schemas"]["SymbolStatistics"][];
            /** Currency */
            currency: string;
            /** Deposits */
            deposits: number;
            /** Equity */
            equity: number;
            /** Openpl */
            openPL: number;
            openTrades: components["schemas"]["OpenTradesSummary"];
            /** Startbalance */
            startBalance: number;
            /**
             * PerformanceStartReason
             * @enum {string}
             */
            startReason: "opened" | "reset" | "removed";
            /** Starttime */
            startTime?: number | null;
            total: components["schemas"]["TradeStatistics"];
        };
        /**
         * PlacedOrder
         * @description An order of an account. `updateTime` is in ms since 1970.
         *
         *     `avgPrice` is the exact mean of the fills. `version` grows with every change. The parent of a
         *     bracket is its order until that is filled, and its position afterwards. `isClose` is true for an
         *     order that only reduces the position and is no bracket of it.
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
            /** Avgprice */
            avgPrice?: number | null;
            /** Clientorderid */
            clientOrderId?: string | null;
            duration?: components["schemas"]["OrderDuration"] | null;
            /** Filledqty */
            filledQty?: number | null;
            /** Guaranteedstop */
            guaranteedStop?: number | null;
            /** Id */
            id: string;
            /** Isclose */
            isClose?: boolean | null;
            /** Limitprice */
            limitPrice?: number | null;
            message?: components["schemas"]["OrderMessage"] | null;
            /** Parentid */
            parentId?: string | null;
            parentType?: components["schemas"]["ParentType"] | null;
            /** Qty */
            qty: number;
            side: components["schemas"]["Side"];
            status: components["schemas"]["OrderStatus"];
            /** Stoploss */
            stopLoss?: number | null;
            /** Stopprice */
            stopPrice?: number | null;
            stopType?: components["schemas"]["StopType"] | null;
            /** Symbol */
            symbol: string;
            /** Takeprofit */
            takeProfit?: number | null;
            /** Trailingstoppips */
            trailingStopPips?: number | null;
            type: components["schemas"]["OrderType"];
            /** Updatetime */
            updateTime?: number | null;
            /** Version */
            version?: number | null;
        };
        /**
         * PlaceOrderResult
         * @description The id of the order that was placed.
         * @example {
         *       "orderId": "order-1",
         *       "seq": 2
         *     }
         */
        PlaceOrderResult: {
            /** Orderid */
            orderId: string;
            /**
             * Seq
             * @description The number of the account's last event after the command
             * @example 5
             */
            seq: number;
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
            /** Pl */
            pl?: number | null;
            /** Qty */
            qty: number;
            side: components["schemas"]["Side"];
            /** Stoploss */
            stopLoss?: number | null;
            /** Symbol */
            symbol: string;
            /** Takeprofit */
            takeProfit?: number | null;
            /** Updatetime */
            updateTime?: number | null;
        };
        /**
         * PreOrder
         * @description An order request. Prices are in the symbol's currency.
         *
         *     `trailingStopPips` makes the stop-loss bracket follow the market, or the stop order itself
         *     where `stopType` is 1. `clientOrderId` is the client's own id, unique within the account.
         * @example {
         *       "limitPrice": 187.4,
         *       "qty": 10,
         *       "side": 1,
         *       "symbol": "AAPL",
         *       "type": 1
         *     }
         */
        PreOrder: {
            /** Clientorderid */
            clientOrderId?: string | null;
            currentQuotes?: components["schemas"]["CurrentQuotes"] | null;
            /** Customfields */
            customFields?: {
                [key: string]: unknown;
            } | null;
            duration?: components["schemas"]["OrderDuration"] | null;
            /** Guaranteedstop */
            guaranteedStop?: number | null;
            /** Isclose */
            isClose?: boolean | null;
            /** Limitprice */
            limitPrice?: number | null;
            /**
             * Qty
             * @example 10
             */
            qty: number;
            /** Seenprice */
            seenPrice?: number | null;
            side: components["schemas"]["Side"];
            /** Stoploss */
            stopLoss?: number | null;
            /** Stopprice */
            stopPrice?: number | null;
            stopType?: components["schemas"]["StopType"] | null;
            /**
             * Symbol
             * @example AAPL
             */
            symbol: string;
            /** Takeprofit */
            takeProfit?: number | null;
            /** Trailingstoppips */
            trailingStopPips?: number | null;
            type: components["schemas"]["OrderType"];
        };
        /**
         * QuantityRange
         * @description The quantities that an order of a symbol may have.
         * @example {
         *       "default": 1,
         *       "max": 1000000,
         *       "min": 1,
         *       "step": 1
         *     }
         */
        QuantityRange: {
            /** Default */
            default: number;
            /** Max */
            max: number;
            /** Min */
            min: number;
            /** Step */
            step: number;
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
        /**
         * QuoteError
         * @description The reason why a symbol has no quote.
         */
        QuoteError: {
            /** Error */
            error: string;
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
         * ReplayRequest
         * @description What to change: at least one of the two. `speed` is how much faster than the wall clock the
         *     market is played. `state` also ends a jump that is under way.
         * @example {
         *       "speed": 60,
         *       "state": "playing"
         *     }
         */
        ReplayRequest: {
            /** Speed */
            speed?: number | null;
            /** State */
            state?: ("playing" | "paused") | null;
        };
        /**
         * ReplayState
         * @description What the time of the market does. Times are in ms since 1970.
         *
         *     `source` is where the prices come from. A market that is `live` follows the wall clock, and
         *     cannot be controlled; `speed` is 1 then. `controllable` is whether the market can be paused and
         *     moved forward, and `reason` says why not. A recording has an end, `end_ms`. `jump_to_ms` is
         *     where a jump that is under way ends.
         * @example {
         *       "controllable": true,
         *       "end_ms": 1791000000000,
         *       "now_ms": 1790000040000,
         *       "source": "replay",
         *       "speed": 60,
         *       "start_ms": 1789000000000,
         *       "state": "paused"
         *     }
         */
        ReplayState: {
            /** Controllable */
            controllable: boolean;
            /** End Ms */
            end_ms?: number | null;
            /** Jump To Ms */
            jump_to_ms?: number | null;
            /** Now Ms */
            now_ms: number;
            /** Reason */
            reason?: string | null;
            /**
             * MarketOrigin
             * @enum {string}
             */
            source: "replay" | "simulator" | "live";
            /** Speed */
            speed: number;
            /** Start Ms */
            start_ms?: number | null;
            /**
             * PlayState
             * @enum {string}
             */
            state: "playing" | "paused" | "ended" | "live";
        };
        /**
         * ResetRequest
         * @description The balance to start again with. The default is INITIAL_BALANCE.
         * @example {
         *       "balance": 100000
         *     }
         */
        ResetRequest: {
            /** Balance */
            balance?: number | null;
        };
        /**
         * SearchSymbolResultItem
         * @description A symbol that the search found. `full_name` is `EXCHANGE:SYMBOL`.
         * @example {
         *       "description": "Apple Inc.",
         *       "exchange": "NASDAQ",
         *       "full_name": "NASDAQ:AAPL",
         *       "symbol": "AAPL",
         *       "ticker": "NASDAQ:AAPL",
         *       "type": "stock"
         *     }
         */
        SearchSymbolResultItem: {
            /** Description */
            description: string;
            /** Exchange */
            exchange: string;
            /** Full Name */
            full_name: string;
            /** Symbol */
            symbol: string;
            /** Ticker */
            ticker: string;
            /** Type */
            type: string;
        };
        /**
         * SettlementRequest
         * @description The position to end, and the price to end it at, in the currency of its instrument.
         * @example {
         *       "price": 187.4,
         *       "symbol": "AAPL"
         *     }
         */
        SettlementRequest: {
            /** Price */
            price: number;
            /**
             * Symbol
             * @example AAPL
             */
            symbol: string;
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
         * SuccessResponse
         * @description A command succeeded. A command of an account has its `seq`; a repeated key has the first.
         * @example {
         *       "message": "Canceled",
         *       "seq": 5,
         *       "success": true
         *     }
         */
        SuccessResponse: {
            /** Message */
            message: string;
            /** Seq */
            seq?: number | null;
            /**
             * Success
             * @default true
             */
            success?: boolean;
        };
        /**
         * SymbolInfo
         * @description TradingView's LibrarySymbolInfo. A tick is `minmov / pricescale`.
         *
         *     `session_holidays` lists days such as 20241129, and `corrections` hours of a day such as
         *     0930-1300:20241129. Both are empty where they are unknown. `seconds_multipliers` lists the
         *     numbers of seconds of the resolutions that are served directly, such as 5 for 5S.
         * @example {
         *       "corrections": "",
         *       "currency_code": "USD",
         *       "data_status": "streaming",
         *       "description": "Apple Inc.",
         *       "exchange": "NASDAQ",
         *       "format": "price",
         *       "has_daily": true,
         *       "has_intraday": true,
         *       "has_seconds": true,
         *       "has_weekly_and_monthly": true,
         *       "listed_exchange": "NASDAQ",
         *       "minmov": 1,
         *       "name": "AAPL",
         *       "pricescale": 100,
         *       "seconds_multipliers": [
         *         "1",
         *         "5"
         *       ],
         *       "session": "24x7",
         *       "session_holidays": "",
         *       "supported_resolutions": [
         *         "1S",
         *         "5S",
         *         "1",
         *         "5",
         *         "60",
         *         "1D"
         *       ],
         *       "ticker": "NASDAQ:AAPL",
         *       "timezone": "Etc/UTC",
         *       "type": "stock",
         *       "volume_precision": 0
         *     }
         */
        SymbolInfo: {
            /**
             * Corrections
             * @default
             */
            corrections?: string;
            /** Currency Code */
            currency_code: string;
            /**
             * DataStatus
             * @default streaming
             * @enum {string}
             */
            data_status?: "streaming" | "endofday" | "delayed_streaming";
            /** Description */
            description: string;
            /** Exchange */
            exchange: string;
            /**
             * PriceFormat
             * @default price
             * @enum {string}
             */
            format?: "price" | "volume";
            /** Has Daily */
            has_daily: boolean;
            /** Has Intraday */
            has_intraday: boolean;
            /** Has Seconds */
            has_seconds: boolean;
            /** Has Weekly And Monthly */
            has_weekly_and_monthly: boolean;
            /** Listed Exchange */
            listed_exchange: string;
            /** Minmov */
            minmov: number;
            /** Name */
            name: string;
            /** Pricescale */
            pricescale: number;
            /** Seconds Multipliers */
            seconds_multipliers: string[];
            /** Session */
            session: string;
            /**
             * Session Holidays
             * @default
             */
            session_holidays?: string;
            /** Supported Resolutions */
            supported_resolutions: string[];
            /** Ticker */
            ticker: string;
            /** Timezone */
            timezone: string;
            /** Type */
            type: string;
            /** Volume Precision */
            volume_precision: number;
        };
        /**
         * SymbolStatistics
         * @description The figures of the closed trades in one symbol.
         * @example {
         *       "averageDuration": 3600000,
         *       "averageLoss": 10,
         *       "averageWin": 20,
         *       "fees": 3.5,
         *       "largestLoss": 10,
         *       "largestWin": 25,
         *       "losses": 1,
         *       "netProfit": 30,
         *       "profit": 33.5,
         *       "profitFactor": 4,
         *       "symbol": "AAPL",
         *       "trades": 3,
         *       "winRate": 0.6667,
         *       "wins": 2
         *     }
         */
        SymbolStatistics: {
            /** Averageduration */
            averageDuration?: number | null;
            /** Averageloss */
            averageLoss?: number | null;
            /** Averagewin */
            averageWin?: number | null;
            /** Fees */
            fees: number;
            /** Largestloss */
            largestLoss: number;
            /** Largestwin */
            largestWin: number;
            /** Losses */
            losses: number;
            /** Netprofit */
            netProfit: number;
            /** Profit */
            profit: number;
            /** Profitfactor */
            profitFactor?: number | null;
            /** Symbol */
            symbol: string;
            /** Trades */
            trades: number;
            /** Winrate */
            winRate?: number | null;
            /** Wins */
            wins: number;
        };
        /**
         * SymbolType
         * @description A type of symbols that the symbol search can filter by.
         */
        SymbolType: {
            /** Name */
            name: string;
            /** Value */
            value: string;
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
            /** Side */
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
         * TradeStatistics
         * @description The figures of closed trades, in the account's currency.
         *
         *     A trade is a position from its opening until it is flat or on the other side. It is won if its
         *     profit after fees is above 0. `winRate` is a fraction of `trades`. `profitFactor` is what was
         *     won by what was lost, and absent while nothing was lost. `averageLoss` and `largestLoss` are not
         *     negative. `averageDuration` is in ms.
         * @example {
         *       "averageDuration": 3600000,
         *       "averageLoss": 10,
         *       "averageWin": 20,
         *       "fees": 3.5,
         *       "largestLoss": 10,
         *       "largestWin": 25,
         *       "losses": 1,
         *       "netProfit": 30,
         *       "profit": 33.5,
         *       "profitFactor": 4,
         *       "trades": 3,
         *       "winRate": 0.6667,
         *       "wins": 2
         *     }
         */
        TradeStatistics: {
            /** Averageduration */
            averageDuration?: number | null;
            /** Averageloss */
            averageLoss?: number | null;
            /** Averagewin */
            averageWin?: number | null;
            /** Fees */
            fees: number;
            /** Largestloss */
            largestLoss: number;
            /** Largestwin */
            largestWin: number;
            /** Losses */
            losses: number;
            /** Netprofit */
            netProfit: number;
            /** Profit */
            profit: number;
            /** Profitfactor */
            profitFactor?: number | null;
            /** Trades */
            trades: number;
            /** Winrate */
            winRate?: number | null;
            /** Wins */
            wins: number;
        };
        /**
         * UdfConfiguration
         * @description The configuration of the UDF datafeed.
         *
         *     `supports_marks` and `supports_timescale_marks` are false: `/marks` and `/timescale_marks` do
         *     not exist.
         * @example {
         *       "exchanges": [
         *         {
         *           "desc": "NASDAQ",
         *           "name": "NASDAQ",
         *           "value": "NASDAQ"
         *         }
         *       ],
         *       "supported_resolutions": [
         *         "1",
         *         "5",
         *         "60",
         *         "1D"
         *       ],
         *       "supports_group_request": false,
         *       "supports_marks": false,
         *       "supports_search": true,
         *       "supports_time": true,
         *       "supports_timescale_marks": false,
         *       "symbols_types": [
         *         {
         *           "name": "Stock",
         *           "value": "stock"
         *         }
         *       ]
         *     }
         */
        UdfConfiguration: {
            /** Exchanges */
            exchanges: components["schemas"]["Exchange"][];
            /** Supported Resolutions */
            supported_resolutions: string[];
            /**
             * Supports Group Request
             * @default false
             */
            supports_group_request?: boolean;
            /**
             * Supports Marks
             * @default false
             */
            supports_marks?: boolean;
            /**
             * Supports Search
             * @default true
             */
            supports_search?: boolean;
            /**
             * Supports Time
             * @default true
             */
            supports_time?: boolean;
            /**
             * Supports Timescale Marks
             * @default false
             */
            supports_timescale_marks?: boolean;
            /** Symbols Types */
            symbols_types: components["schemas"]["SymbolType"][];
        };
        /**
         * UdfError
         * @description A UDF error. UDF sends it with status 200.
         * @example {
         *       "errmsg": "unknown_symbol",
         *       "s": "error"
         *     }
         */
        UdfError: {
            /**
             * Errmsg
             * @description One sentence for a person
             */
            errmsg: string;
            /**
             * S
             * @default error
             * @constant
             */
            s?: "error";
        };
        /**
         * UdfHistory
         * @description Bars as columns: times (in seconds), opens, highs, lows, closes and volumes.
         *
         *     `s` is `no_data` for an interval without bars. `nextTime` is then the time of the next older
         *     bar, in seconds, and left out where no older bar exists.
         * @example {
         *       "c": [
         *         187.43,
         *         187.48
         *       ],
         *       "h": [
         *         187.61,
         *         187.5
         *       ],
         *       "l": [
         *         187.35,
         *         187.4
         *       ],
         *       "o": [
         *         187.4,
         *         187.43
         *       ],
         *       "s": "ok",
         *       "t": [
         *         1790000040,
         *         1790000100
         *       ],
         *       "v": [
         *         8120,
         *         7013
         *       ]
         *     }
         */
        UdfHistory: {
            /** C */
            c: number[];
            /** H */
            h: number[];
            /** L */
            l: number[];
            /** Nexttime */
            nextTime?: number | null;
            /** O */
            o: number[];
            /**
             * HistoryStatus
             * @enum {string}
             */
            s: "ok" | "no_data";
            /**
             * T
             * @description Ascending, unique
             */
            t: number[];
            /** V */
            v: number[];
        };
        /**
         * UdfQuotes
         * @description Quotes in the form of UDF.
         * @example {
         *       "d": [
         *         {
         *           "n": "NOPE",
         *           "s": "error",
         *           "v": {
         *             "error": "unknown_symbol"
         *           }
         *         }
         *       ],
         *       "s": "ok"
         *     }
         */
        UdfQuotes: {
            /** D */
            d: components["schemas"]["QuoteData"][];
            /**
             * S
             * @default ok
             * @constant
             */
            s?: "ok";
        };
        /**
         * VersionInfo
         * @description A version of the API. `release_date` is an ISO 8601 date.
         * @example {
         *       "breaking_changes": [],
         *       "release_date": "2026-11-21",
         *       "status": "stable",
         *       "version": "v1"
         *     }
         */
        VersionInfo: {
            /** Breaking Changes */
            breaking_changes: string[];
            /** Release Date */
            release_date: string;
            /**
             * VersionStatus
             * @enum {string}
             */
            status: "stable" | "deprecated" | "planned";
            /** Version */
            version: string;
        };
        /**
         * WithdrawalRequest
         * @description An amount of cash to take, in the account's currency.
         * @example {
         *       "amount": 5000
         *     }
         */
        WithdrawalRequest: {
            /** Amount */
            amount: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AccountMetainfo = components['schemas']['AccountMetainfo'];
export type AccountRequest = components['schemas']['AccountRequest'];
export type AdvanceClockRequest = components['schemas']['AdvanceClockRequest'];
export type Alert = components['schemas']['Alert'];
export type AlertCondition = components['schemas']['AlertCondition'];
export type AlertDirection = components['schemas']['AlertDirection'];
export type AlertFiring = components['schemas']['AlertFiring'];
export type AlertFrequency = components['schemas']['AlertFrequency'];
export type AlertRequest = components['schemas']['AlertRequest'];
export type AlertStatus = components['schemas']['AlertStatus'];
export type ApiMetadata = components['schemas']['APIMetadata'];
export type Bar = components['schemas']['Bar'];
export type Brackets = components['schemas']['Brackets'];
export type BrokerConfiguration = components['schemas']['BrokerConfiguration'];
export type BrokerEvent = components['schemas']['BrokerEvent'];
export type BrokerFlags = components['schemas']['BrokerFlags'];
export type CancelOrdersRequest = components['schemas']['CancelOrdersRequest'];
export type CancelOrdersResult = components['schemas']['CancelOrdersResult'];
export type CashLine = components['schemas']['CashLine'];
export type ClockResponse = components['schemas']['ClockResponse'];
export type ClosedTrade = components['schemas']['ClosedTrade'];
export type CurrentQuotes = components['schemas']['CurrentQuotes'];
export type DailyEquity = components['schemas']['DailyEquity'];
export type DatafeedConfiguration = components['schemas']['DatafeedConfiguration'];
export type DatafeedHealthResponse = components['schemas']['DatafeedHealthResponse'];
export type DayStatistics = components['schemas']['DayStatistics'];
export type DepositRequest = components['schemas']['DepositRequest'];
export type DurationInfo = components['schemas']['DurationInfo'];
export type DurationType = components['schemas']['DurationType'];
export type EditPositionBracketsRequest = components['schemas']['EditPositionBracketsRequest'];
export type EquityData = components['schemas']['EquityData'];
export type EquityHistoryData = components['schemas']['EquityHistoryData'];
export type ErrorResponse = components['schemas']['ErrorResponse'];
export type Exchange = components['schemas']['Exchange'];
export type Execution = components['schemas']['Execution'];
export type GetBarsResponse = components['schemas']['GetBarsResponse'];
export type GetQuotesRequest = components['schemas']['GetQuotesRequest'];
export type HealthResponse = components['schemas']['HealthResponse'];
export type InstrumentInfo = components['schemas']['InstrumentInfo'];
export type JumpRequest = components['schemas']['JumpRequest'];
export type KillSwitchParams = components['schemas']['KillSwitchParams'];
export type KillSwitchResult = components['schemas']['KillSwitchResult'];
export type KillSwitchState = components['schemas']['KillSwitchState'];
export type LeverageInfo = components['schemas']['LeverageInfo'];
export type LeveragePreviewResult = components['schemas']['LeveragePreviewResult'];
export type LeverageSetParams = components['schemas']['LeverageSetParams'];
export type LeverageSetResult = components['schemas']['LeverageSetResult'];
export type Notification = components['schemas']['Notification'];
export type NotificationSeverity = components['schemas']['NotificationSeverity'];
export type OpenConnection = components['schemas']['OpenConnection'];
export type OpenTopic = components['schemas']['OpenTopic'];
export type OpenTradesSummary = components['schemas']['OpenTradesSummary'];
export type OrderDuration = components['schemas']['OrderDuration'];
export type OrderMessage = components['schemas']['OrderMessage'];
export type OrderPreviewResult = components['schemas']['OrderPreviewResult'];
export type OrderPreviewRow = components['schemas']['OrderPreviewRow'];
export type OrderPreviewSection = components['schemas']['OrderPreviewSection'];
export type OrderStatus = components['schemas']['OrderStatus'];
export type OrderType = components['schemas']['OrderType'];
export type ParentType = components['schemas']['ParentType'];
export type PerformanceStatistics = components['schemas']['PerformanceStatistics'];
export type PlacedOrder = components['schemas']['PlacedOrder'];
export type PlaceOrderResult = components['schemas']['PlaceOrderResult'];
export type Position = components['schemas']['Position'];
export type PreOrder = components['schemas']['PreOrder'];
export type QuantityRange = components['schemas']['QuantityRange'];
export type QuoteData = components['schemas']['QuoteData'];
export type QuoteError = components['schemas']['QuoteError'];
export type QuoteValues = components['schemas']['QuoteValues'];
export type ReplayRequest = components['schemas']['ReplayRequest'];
export type ReplayState = components['schemas']['ReplayState'];
export type ResetRequest = components['schemas']['ResetRequest'];
export type SearchSymbolResultItem = components['schemas']['SearchSymbolResultItem'];
export type SettlementRequest = components['schemas']['SettlementRequest'];
export type Side = components['schemas']['Side'];
export type StopType = components['schemas']['StopType'];
export type SuccessResponse = components['schemas']['SuccessResponse'];
export type SymbolInfo = components['schemas']['SymbolInfo'];
export type SymbolStatistics = components['schemas']['SymbolStatistics'];
export type SymbolType = components['schemas']['SymbolType'];
export type Trade = components['schemas']['Trade'];
export type TradeStatistics = components['schemas']['TradeStatistics'];
export type UdfConfiguration = components['schemas']['UdfConfiguration'];
export type UdfError = components['schemas']['UdfError'];
export type UdfHistory = components['schemas']['UdfHistory'];
export type UdfQuotes = components['schemas']['UdfQuotes'];
export type VersionInfo = components['schemas']['VersionInfo'];
export type WithdrawalRequest = components['schemas']['WithdrawalRequest'];
export type $defs = Record<string, never>;
export interface operations {
    getConnections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenConnection"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    closeConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getTopics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenTopic"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getAlerts: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createAlert: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the request: a repetition is not executed again; another request with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getAlert: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path: {
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    changeAlert: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the request: a repetition is not executed again; another request with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    deleteAlert: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the request: a repetition is not executed again; another request with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getAccountInfo: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountMetainfo"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getAccounts: {
        parameters: {
            query?: {
                /** @description The last account that is known already */
                after?: string;
                /** @description How many at the most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountMetainfo"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    putAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                account_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    deposit: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                account_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DepositRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    resetAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                account_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    settlePosition: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                account_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettlementRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    withdraw: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                account_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithdrawalRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getBrokerConfig: {
        parameters: {
            query?: {
                /** @description What a paper account can do where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrokerConfiguration"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getEquity: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquityData"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getEvents: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                /** @description How many at the most */
                limit?: number;
                /** @description The number of the last event that is known */
                since?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrokerEvent"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getAllExecutions: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                before?: string | null;
                /** @description How many at the most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getExecutions: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                before?: string | null;
                /** @description How many at the most */
                limit?: number;
            };
            header?: never;
            path: {
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getInstrument: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path: {
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstrumentInfo"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getKillSwitch: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KillSwitchState"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    setKillSwitch: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KillSwitchParams"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KillSwitchResult"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getLedger: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                /** @description How many at the most */
                limit?: number;
                since?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CashLine"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    leverageInfo: {
        parameters: {
            query: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                orderType: components["schemas"]["OrderType"];
                side: components["schemas"]["Side"];
                symbol: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeverageInfo"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    previewLeverage: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeverageSetParams"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeveragePreviewResult"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    setLeverage: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeverageSetParams"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeverageSetResult"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getNotifications: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                /** @description How many at the most */
                limit?: number;
                since?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notification"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getOrders: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                before?: string | null;
                /** @description Of the ended orders, only those that ended at this time or later, in ms since 1970. A time in the future leaves only the live orders */
                ended_since?: number;
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacedOrder"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    placeOrder: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreOrder"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceOrderResult"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    cancelAllOrders: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelOrdersResult"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getOrder: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacedOrder"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    modifyOrder: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreOrder"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    cancelOrder: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    cancelOrders: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CancelOrdersRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelOrdersResult"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getOrdersHistory: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                before?: string | null;
                /** @description How many at the most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacedOrder"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    previewOrder: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                /** @description The order that this would modify */
                order_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreOrder"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderPreviewResult"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getEquityHistory: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                from_time?: number | null;
                to_time?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquityHistoryData"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getPerformanceStatistics: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                from_time?: number | null;
                to_time?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PerformanceStatistics"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getClosedTrades: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                before?: number | null;
                /** @description How many at the most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClosedTrade"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getPositions: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Position"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    closePosition: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
                /** @description All of it where it is left out */
                amount?: number | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                position_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    editPositionBrackets: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                position_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditPositionBracketsRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    reversePosition: {
        parameters: {
            query?: {
                /** @description The caller's default account where it is left out */
                account_id?: string | null;
            };
            header?: {
                /** @description Identifies the command: a repetition is not executed and returns the first answer; another command with the same key returns 409 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                position_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuccessResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getBars: {
        parameters: {
            query: {
                /** @description Add older bars to reach this many */
                count_back?: number | null;
                /** @description Seconds since 1970, UTC, or before it; milliseconds are told by their size */
                from_time: number;
                resolution: string;
                symbol: string;
                /** @description As from_time; exclusive */
                to_time: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetBarsResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    advanceClock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdvanceClockRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClockResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatafeedConfiguration"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    datafeedHealthCheck: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatafeedHealthResponse"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getQuotes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GetQuotesRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuoteData"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getReplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayState"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    setReplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayState"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    jumpReplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JumpRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayState"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    resolveSymbol: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SymbolInfo"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    searchSymbols: {
        parameters: {
            query: {
                exchange?: string;
                max_results?: number;
                /** @description Leave out this many of the first */
                offset?: number;
                symbol_type?: string;
                user_input: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchSymbolResultItem"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getServerTime: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getTrades: {
        parameters: {
            query: {
                /** @description The most trades; those of the symbol's last 1,000 quotes at most */
                limit?: number;
                symbol: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trade"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getHealthStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    udfConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UdfConfiguration"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    udfHistory: {
        parameters: {
            query: {
                /** @description Add older bars to reach this many */
                countback?: number | null;
                /** @description Seconds since 1970, UTC, or before it; milliseconds are told by their size */
                from: number;
                resolution: string;
                symbol: string;
                /** @description As from; exclusive */
                to: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UdfHistory"] | components["schemas"]["UdfError"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    udfQuotes: {
        parameters: {
            query: {
                /** @description Names, with commas between them */
                symbols: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UdfQuotes"] | components["schemas"]["UdfError"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    udfSearch: {
        parameters: {
            query?: {
                exchange?: string;
                limit?: number;
                query?: string;
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchSymbolResultItem"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    udfSymbols: {
        parameters: {
            query: {
                symbol: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SymbolInfo"] | components["schemas"]["UdfError"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    udfTime: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getCurrentAPIVersion: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionInfo"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getAPIVersions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIMetadata"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
}
