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
         * AccountState
         * @description An account's money at the last prices, in the account's currency.
         *
         *     `balance` is cash, and `equity` is cash and `openPL`, what closing the open positions would
         *     yield now. `usedMargin` is reserved for positions and working orders; `freeMargin` is equity
         *     less used margin. `marginLevel` is equity in percent of the used margin, and absent while none
         *     is used. `realizedPLToday` is the profit realized since 00:00 UTC of market time, before
         *     commission. `halted` is whether the kill switch is on. Below the equity of `maintenanceMargin`
         *     positions are closed by force; it is absent where the server does not do that.
         * @example {
         *       "balance": 100012.5,
         *       "currency": "USD",
         *       "equity": 100112.5,
         *       "freeMargin": 99925.1,
         *       "halted": false,
         *       "maintenanceMargin": 93.7,
         *       "marginLevel": 53421.8,
         *       "openPL": 100,
         *       "realizedPLToday": 12.5,
         *       "usedMargin": 187.4
         *     }
         */
        AccountState: {
            /** Balance */
            balance: number;
            /** Currency */
            currency: string;
            /** Equity */
            equity: number;
            /** Freemargin */
            freeMargin: number;
            /**
             * Halted
             * @default false
             */
            halted?: boolean;
            /**
             * Maintenancemargin
             * @default null
             */
            maintenanceMargin?: number | null;
            /**
             * Marginlevel
             * @default null
             */
            marginLevel?: number | null;
            /** Openpl */
            openPL: number;
            /** Realizedpltoday */
            realizedPLToday: number;
            /** Usedmargin */
            usedMargin: number;
        };
        /** AccountStateUpdate */
        AccountStateUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["AccountState"];
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
         * AccountSubscriptionRequest
         * @description The money of one account.
         */
        AccountSubscriptionRequest: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
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
            /**
             * Expiresms
             * @default null
             */
            expiresMs?: number | null;
            /** Firings */
            firings: number;
            frequency: components["schemas"]["AlertFrequency"];
            /** Id */
            id: string;
            /** @default null */
            lastFired?: components["schemas"]["AlertFiring"] | null;
            /**
             * Message
             * @default null
             */
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
         * AlertReply
         * @description The alert as it is now.
         * @example {
         *       "alert": {
         *         "accountId": "DEMO-ACCOUNT",
         *         "condition": "up",
         *         "createdMs": 1790000000250,
         *         "firings": 0,
         *         "frequency": "once",
         *         "id": "alert-1",
         *         "price": 190.5,
         *         "status": "active",
         *         "symbol": "AAPL"
         *       },
         *       "id": 1,
         *       "message": "Created",
         *       "status": "ok"
         *     }
         */
        AlertReply: {
            /** @default null */
            alert?: components["schemas"]["Alert"] | null;
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /** Id */
            id: string | number;
            /**
             * Message
             * @example Done
             */
            message: string;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
        };
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
            /**
             * Expiresms
             * @default null
             */
            expiresMs?: number | null;
            /** @default once */
            frequency?: components["schemas"]["AlertFrequency"];
            /**
             * Message
             * @default null
             */
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
         * AlertsSubscriptionRequest
         * @description The price alerts of one account.
         */
        AlertsSubscriptionRequest: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
        };
        /**
         * AlertStatus
         * @description `firing` lasts until the notification is stored. `deleted` is sent by updates only.
         * @enum {string}
         */
        AlertStatus: "active" | "firing" | "fired" | "expired" | "deleted";
        /** AlertUpdate */
        AlertUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["Alert"];
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
         * Brackets
         * @description The brackets that a position shall have. A bracket that is left out is removed.
         *
         *     `trailingStopPips` replaces `stopLoss`.
         */
        Brackets: {
            /**
             * Guaranteedstop
             * @default null
             */
            guaranteedStop?: number | null;
            /**
             * Stoploss
             * @default null
             */
            stopLoss?: number | null;
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
         * CancelManyOrdersPayload
         * @description The orders to cancel, as far as they are live.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 5,
         *       "orderIds": [
         *         "order-1"
         *       ]
         *     }
         */
        CancelManyOrdersPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            /** Orderids */
            orderIds: string[];
        };
        /**
         * CancelManyOrdersReply
         * @description The ids of the orders that were canceled, with their brackets.
         * @example {
         *       "canceled": [
         *         "order-1"
         *       ],
         *       "id": 5,
         *       "message": "Canceled",
         *       "status": "ok"
         *     }
         */
        CancelManyOrdersReply: {
            /**
             * Canceled
             * @default null
             */
            canceled?: string[] | null;
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /** Id */
            id: string | number;
            /**
             * Message
             * @example Done
             */
            message: string;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
        };
        /**
         * CancelOrderPayload
         * @description A live order to cancel.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 4,
         *       "orderId": "order-1"
         *     }
         */
        CancelOrderPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            /**
             * Orderid
             * @example order-1
             */
            orderId: string;
        };
        /**
         * ChangeAlertPayload
         * @description An alert, and what it waits for from now on. It is active again.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "alert": {
         *         "condition": "up",
         *         "price": 190.5,
         *         "symbol": "AAPL"
         *       },
         *       "alertId": "alert-1",
         *       "id": 3
         *     }
         */
        ChangeAlertPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            alert: components["schemas"]["AlertRequest"];
            /**
             * Alertid
             * @example alert-1
             */
            alertId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
        };
        /**
         * ClosePositionPayload
         * @description A position to close at the market, all of it or `amount`.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 6,
         *       "positionId": "AAPL"
         *     }
         */
        ClosePositionPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /**
             * Amount
             * @default null
             */
            amount?: number | null;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            /**
             * Positionid
             * @example AAPL
             */
            positionId: string;
        };
        /**
         * CommandReply
         * @description The reply to a command. `code` and `message` of an error are those of REST.
         *
         *     `retryAfter` is when to try again, in seconds, where the caller has to wait. `seq` is the number
         *     of the account's last event after a command that changes the account.
         */
        CommandReply: {
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /** Id */
            id: string | number;
            /**
             * Message
             * @example Done
             */
            message: string;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
        };
        /**
         * ConnectionStatus
         * @enum {integer}
         */
        ConnectionStatus: 1 | 2 | 3 | 4;
        /**
         * CreateAlertPayload
         * @description An alert to create.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "alert": {
         *         "condition": "up",
         *         "price": 190.5,
         *         "symbol": "AAPL"
         *       },
         *       "id": 1,
         *       "key": "my-1"
         *     }
         */
        CreateAlertPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            alert: components["schemas"]["AlertRequest"];
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
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
         * DeleteAlertPayload
         * @description An alert to delete. One that was deleted before stays deleted.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "alertId": "alert-1",
         *       "id": 4
         *     }
         */
        DeleteAlertPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /**
             * Alertid
             * @example alert-1
             */
            alertId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
        };
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
         * EditBracketsPayload
         * @description The brackets that a position shall have.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "brackets": {
         *         "stopLoss": 180.5,
         *         "takeProfit": 195
         *       },
         *       "id": 8,
         *       "positionId": "AAPL"
         *     }
         */
        EditBracketsPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            brackets: components["schemas"]["Brackets"];
            /**
             * Customfields
             * @default null
             */
            customFields?: {
                [key: string]: unknown;
            } | null;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            /**
             * Positionid
             * @example AAPL
             */
            positionId: string;
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
            /**
             * Deposited
             * @default null
             */
            deposited?: number | null;
            /** Equity */
            equity: number;
            /**
             * Freemargin
             * @default null
             */
            freeMargin?: number | null;
            /** Realizedpl */
            realizedPL: number;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
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
         * ListAlertsPayload
         * @description The account whose alerts to list. `key` has no effect.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 2
         *     }
         */
        ListAlertsPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
        };
        /**
         * ListAlertsReply
         * @description The alerts of the account, the oldest first.
         * @example {
         *       "alerts": [
         *         {
         *           "accountId": "DEMO-ACCOUNT",
         *           "condition": "up",
         *           "createdMs": 1790000000250,
         *           "firings": 0,
         *           "frequency": "once",
         *           "id": "alert-1",
         *           "price": 190.5,
         *           "status": "active",
         *           "symbol": "AAPL"
         *         }
         *       ],
         *       "id": 2,
         *       "message": "Listed",
         *       "status": "ok"
         *     }
         */
        ListAlertsReply: {
            /**
             * Alerts
             * @default null
             */
            alerts?: components["schemas"]["Alert"][] | null;
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /** Id */
            id: string | number;
            /**
             * Message
             * @example Done
             */
            message: string;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
        };
        /**
         * ModifyOrderPayload
         * @description The whole order as it shall be.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 3,
         *       "order": {
         *         "limitPrice": 187.4,
         *         "qty": 10,
         *         "side": 1,
         *         "symbol": "AAPL",
         *         "type": 1
         *       },
         *       "orderId": "order-1"
         *     }
         */
        ModifyOrderPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            order: components["schemas"]["PreOrder"];
            /**
             * Orderid
             * @example order-1
             */
            orderId: string;
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
         * NotificationsSubscriptionRequest
         * @description The notifications of one account.
         */
        NotificationsSubscriptionRequest: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
        };
        /** NotificationUpdate */
        NotificationUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["Notification"];
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
            /**
             * Confirmid
             * @default null
             */
            confirmId?: string | null;
            /**
             * Errors
             * @default null
             */
            errors?: string[] | null;
            /** Sections */
            sections: components["schemas"]["OrderPreviewSection"][];
            /**
             * Warnings
             * @default null
             */
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
            /**
             * Header
             * @default null
             */
            header?: string | null;
            /** Rows */
            rows: components["schemas"]["OrderPreviewRow"][];
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
             * Isclose
             * @default null
             */
            isClose?: boolean | null;
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
         * PlaceOrderPayload
         * @description An order to place.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 1,
         *       "key": "my-1",
         *       "order": {
         *         "limitPrice": 187.4,
         *         "qty": 10,
         *         "side": 1,
         *         "symbol": "AAPL",
         *         "type": 1
         *       }
         *     }
         */
        PlaceOrderPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            order: components["schemas"]["PreOrder"];
        };
        /**
         * PlaceOrderReply
         * @description The id of the order that was placed.
         * @example {
         *       "id": 1,
         *       "message": "Placed",
         *       "orderId": "order-1",
         *       "seq": 2,
         *       "status": "ok"
         *     }
         */
        PlaceOrderReply: {
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /** Id */
            id: string | number;
            /**
             * Message
             * @example Done
             */
            message: string;
            /**
             * Orderid
             * @default null
             */
            orderId?: string | null;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
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
            /**
             * Clientorderid
             * @default null
             */
            clientOrderId?: string | null;
            /** @default null */
            currentQuotes?: components["schemas"]["CurrentQuotes"] | null;
            /**
             * Customfields
             * @default null
             */
            customFields?: {
                [key: string]: unknown;
            } | null;
            /** @default null */
            duration?: components["schemas"]["OrderDuration"] | null;
            /**
             * Guaranteedstop
             * @default null
             */
            guaranteedStop?: number | null;
            /**
             * Isclose
             * @default null
             */
            isClose?: boolean | null;
            /**
             * Limitprice
             * @default null
             */
            limitPrice?: number | null;
            /**
             * Qty
             * @example 10
             */
            qty: number;
            /**
             * Seenprice
             * @default null
             */
            seenPrice?: number | null;
            side: components["schemas"]["Side"];
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
            /**
             * Symbol
             * @example AAPL
             */
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
        };
        /**
         * PreviewOrderPayload
         * @description An order to preview, or with `orderId` a change of that order. A preview takes no `key`.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 2,
         *       "order": {
         *         "limitPrice": 187.4,
         *         "qty": 10,
         *         "side": 1,
         *         "symbol": "AAPL",
         *         "type": 1
         *       }
         *     }
         */
        PreviewOrderPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            order: components["schemas"]["PreOrder"];
            /**
             * Orderid
             * @default null
             */
            orderId?: string | null;
        };
        /**
         * PreviewOrderReply
         * @description What the order would do.
         * @example {
         *       "id": 2,
         *       "message": "Previewed",
         *       "preview": {
         *         "sections": [
         *           {
         *             "header": "Order",
         *             "rows": [
         *               {
         *                 "title": "Symbol",
         *                 "value": "AAPL"
         *               }
         *             ]
         *           }
         *         ]
         *       },
         *       "status": "ok"
         *     }
         */
        PreviewOrderReply: {
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /** Id */
            id: string | number;
            /**
             * Message
             * @example Done
             */
            message: string;
            /** @default null */
            preview?: components["schemas"]["OrderPreviewResult"] | null;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
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
            /**
             * End Ms
             * @default null
             */
            end_ms?: number | null;
            /**
             * Jump To Ms
             * @default null
             */
            jump_to_ms?: number | null;
            /** Now Ms */
            now_ms: number;
            /**
             * Reason
             * @default null
             */
            reason?: string | null;
            /**
             * MarketOrigin
             * @enum {string}
             */
            source: "replay" | "simulator" | "live";
            /** Speed */
            speed: number;
            /**
             * Start Ms
             * @default null
             */
            start_ms?: number | null;
            /**
             * PlayState
             * @enum {string}
             */
            state: "playing" | "paused" | "ended" | "live";
        };
        /** ReplayStateUpdate */
        ReplayStateUpdate: {
            /**
             * As Of Seq
             * @default null
             */
            as_of_seq?: number | null;
            payload: components["schemas"]["ReplayState"];
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
         * ReplaySubscriptionRequest
         * @description What the time of the market does. There is one such topic.
         */
        ReplaySubscriptionRequest: Record<string, never>;
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
         * ReversePositionPayload
         * @description A position to reverse by one market order.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 7,
         *       "positionId": "AAPL"
         *     }
         */
        ReversePositionPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            /**
             * Positionid
             * @example AAPL
             */
            positionId: string;
        };
        /**
         * SetKillSwitchPayload
         * @description Whether to halt the account, or to let it trade again, and why.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 10,
         *       "on": true
         *     }
         */
        SetKillSwitchPayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
            /** On */
            on: boolean;
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /**
         * SetKillSwitchReply
         * @description Whether the account is halted now, and the orders whose cancellation that began.
         * @example {
         *       "canceled": [
         *         "order-1"
         *       ],
         *       "id": 10,
         *       "message": "Halted",
         *       "on": true,
         *       "status": "ok"
         *     }
         */
        SetKillSwitchReply: {
            /**
             * Canceled
             * @default null
             */
            canceled?: string[] | null;
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /** Id */
            id: string | number;
            /**
             * Message
             * @example Done
             */
            message: string;
            /**
             * On
             * @default null
             */
            on?: boolean | null;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
        };
        /**
         * SetLeveragePayload
         * @description The leverage to set for a symbol.
         * @example {
         *       "accountId": "DEMO-ACCOUNT",
         *       "id": 9,
         *       "leverage": 5,
         *       "orderType": 2,
         *       "side": 1,
         *       "symbol": "AAPL"
         *     }
         */
        SetLeveragePayload: {
            /**
             * Accountid
             * @example DEMO-ACCOUNT
             */
            accountId: string;
            /** Id */
            id: string | number;
            /**
             * Key
             * @default null
             */
            key?: string | null;
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
         * SetLeverageReply
         * @description The leverage that is now in effect.
         * @example {
         *       "id": 9,
         *       "leverage": 5,
         *       "message": "Set",
         *       "status": "ok"
         *     }
         */
        SetLeverageReply: {
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /** Id */
            id: string | number;
            /**
             * Leverage
             * @default null
             */
            leverage?: number | null;
            /**
             * Message
             * @example Done
             */
            message: string;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /**
             * Seq
             * @default null
             */
            seq?: number | null;
            /**
             * ReplyStatus
             * @enum {string}
             */
            status: "ok" | "error";
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
         *
         *     In MessagePack, an ok reply to a subscription or a resumption also has `topicId`, the integer
         *     that names the topic in its updates.
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
export type AccountState = components['schemas']['AccountState'];
export type AccountStateUpdate = components['schemas']['AccountStateUpdate'];
export type AccountSubscriptionRequest = components['schemas']['AccountSubscriptionRequest'];
export type Alert = components['schemas']['Alert'];
export type AlertCondition = components['schemas']['AlertCondition'];
export type AlertDirection = components['schemas']['AlertDirection'];
export type AlertFiring = components['schemas']['AlertFiring'];
export type AlertFrequency = components['schemas']['AlertFrequency'];
export type AlertReply = components['schemas']['AlertReply'];
export type AlertRequest = components['schemas']['AlertRequest'];
export type AlertsSubscriptionRequest = components['schemas']['AlertsSubscriptionRequest'];
export type AlertStatus = components['schemas']['AlertStatus'];
export type AlertUpdate = components['schemas']['AlertUpdate'];
export type AuthRequest = components['schemas']['AuthRequest'];
export type AuthResponse = components['schemas']['AuthResponse'];
export type Bar = components['schemas']['Bar'];
export type BarsSubscriptionRequest = components['schemas']['BarsSubscriptionRequest'];
export type BarUpdate = components['schemas']['BarUpdate'];
export type Brackets = components['schemas']['Brackets'];
export type BrokerConnectionStatus = components['schemas']['BrokerConnectionStatus'];
export type BrokerConnectionStatusUpdate = components['schemas']['BrokerConnectionStatusUpdate'];
export type BrokerConnectionSubscriptionRequest = components['schemas']['BrokerConnectionSubscriptionRequest'];
export type CancelManyOrdersPayload = components['schemas']['CancelManyOrdersPayload'];
export type CancelManyOrdersReply = components['schemas']['CancelManyOrdersReply'];
export type CancelOrderPayload = components['schemas']['CancelOrderPayload'];
export type ChangeAlertPayload = components['schemas']['ChangeAlertPayload'];
export type ClosePositionPayload = components['schemas']['ClosePositionPayload'];
export type CommandReply = components['schemas']['CommandReply'];
export type ConnectionStatus = components['schemas']['ConnectionStatus'];
export type CreateAlertPayload = components['schemas']['CreateAlertPayload'];
export type CurrentQuotes = components['schemas']['CurrentQuotes'];
export type DeleteAlertPayload = components['schemas']['DeleteAlertPayload'];
export type DisconnectType = components['schemas']['DisconnectType'];
export type DurationType = components['schemas']['DurationType'];
export type EditBracketsPayload = components['schemas']['EditBracketsPayload'];
export type EquityData = components['schemas']['EquityData'];
export type EquityDataUpdate = components['schemas']['EquityDataUpdate'];
export type EquitySubscriptionRequest = components['schemas']['EquitySubscriptionRequest'];
export type Execution = components['schemas']['Execution'];
export type ExecutionsSubscriptionRequest = components['schemas']['ExecutionsSubscriptionRequest'];
export type ExecutionUpdate = components['schemas']['ExecutionUpdate'];
export type ListAlertsPayload = components['schemas']['ListAlertsPayload'];
export type ListAlertsReply = components['schemas']['ListAlertsReply'];
export type ModifyOrderPayload = components['schemas']['ModifyOrderPayload'];
export type Notification = components['schemas']['Notification'];
export type NotificationSeverity = components['schemas']['NotificationSeverity'];
export type NotificationsSubscriptionRequest = components['schemas']['NotificationsSubscriptionRequest'];
export type NotificationUpdate = components['schemas']['NotificationUpdate'];
export type Orderbook = components['schemas']['Orderbook'];
export type OrderbookLevel = components['schemas']['OrderbookLevel'];
export type OrderbookSubscriptionRequest = components['schemas']['OrderbookSubscriptionRequest'];
export type OrderbookUpdate = components['schemas']['OrderbookUpdate'];
export type OrderDuration = components['schemas']['OrderDuration'];
export type OrderMessage = components['schemas']['OrderMessage'];
export type OrderPreviewResult = components['schemas']['OrderPreviewResult'];
export type OrderPreviewRow = components['schemas']['OrderPreviewRow'];
export type OrderPreviewSection = components['schemas']['OrderPreviewSection'];
export type OrdersSubscriptionRequest = components['schemas']['OrdersSubscriptionRequest'];
export type OrderStatus = components['schemas']['OrderStatus'];
export type OrderType = components['schemas']['OrderType'];
export type ParentType = components['schemas']['ParentType'];
export type PlacedOrder = components['schemas']['PlacedOrder'];
export type PlacedOrderUpdate = components['schemas']['PlacedOrderUpdate'];
export type PlaceOrderPayload = components['schemas']['PlaceOrderPayload'];
export type PlaceOrderReply = components['schemas']['PlaceOrderReply'];
export type Position = components['schemas']['Position'];
export type PositionPl = components['schemas']['PositionPL'];
export type PositionPlSubscriptionRequest = components['schemas']['PositionPLSubscriptionRequest'];
export type PositionPlUpdate = components['schemas']['PositionPLUpdate'];
export type PositionsSubscriptionRequest = components['schemas']['PositionsSubscriptionRequest'];
export type PositionUpdate = components['schemas']['PositionUpdate'];
export type PreOrder = components['schemas']['PreOrder'];
export type PreviewOrderPayload = components['schemas']['PreviewOrderPayload'];
export type PreviewOrderReply = components['schemas']['PreviewOrderReply'];
export type QuoteData = components['schemas']['QuoteData'];
export type QuoteDataUpdate = components['schemas']['QuoteDataUpdate'];
export type QuoteError = components['schemas']['QuoteError'];
export type QuotesSubscriptionRequest = components['schemas']['QuotesSubscriptionRequest'];
export type QuoteValues = components['schemas']['QuoteValues'];
export type ReplayState = components['schemas']['ReplayState'];
export type ReplayStateUpdate = components['schemas']['ReplayStateUpdate'];
export type ReplaySubscriptionRequest = components['schemas']['ReplaySubscriptionRequest'];
export type ResumeRequest = components['schemas']['ResumeRequest'];
export type ReversePositionPayload = components['schemas']['ReversePositionPayload'];
export type SetKillSwitchPayload = components['schemas']['SetKillSwitchPayload'];
export type SetKillSwitchReply = components['schemas']['SetKillSwitchReply'];
export type SetLeveragePayload = components['schemas']['SetLeveragePayload'];
export type SetLeverageReply = components['schemas']['SetLeverageReply'];
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
    "account.subscribe": components["schemas"]["AccountSubscriptionRequest"];
    "account.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "account.unsubscribe": components["schemas"]["AccountSubscriptionRequest"];
    "account.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "account.update": components["schemas"]["AccountStateUpdate"];
    "alerts.change": components["schemas"]["ChangeAlertPayload"];
    "alerts.change.response": components["schemas"]["AlertReply"];
    "alerts.create": components["schemas"]["CreateAlertPayload"];
    "alerts.create.response": components["schemas"]["AlertReply"];
    "alerts.delete": components["schemas"]["DeleteAlertPayload"];
    "alerts.delete.response": components["schemas"]["CommandReply"];
    "alerts.list": components["schemas"]["ListAlertsPayload"];
    "alerts.list.response": components["schemas"]["ListAlertsReply"];
    "alerts.subscribe": components["schemas"]["AlertsSubscriptionRequest"];
    "alerts.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "alerts.unsubscribe": components["schemas"]["AlertsSubscriptionRequest"];
    "alerts.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "alerts.update": components["schemas"]["AlertUpdate"];
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
    "kill-switch.set": components["schemas"]["SetKillSwitchPayload"];
    "kill-switch.set.response": components["schemas"]["SetKillSwitchReply"];
    "leverage.set": components["schemas"]["SetLeveragePayload"];
    "leverage.set.response": components["schemas"]["SetLeverageReply"];
    "notifications.resume": components["schemas"]["ResumeRequest"];
    "notifications.resume.response": components["schemas"]["SubscriptionResponse"];
    "notifications.subscribe": components["schemas"]["NotificationsSubscriptionRequest"];
    "notifications.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "notifications.unsubscribe": components["schemas"]["NotificationsSubscriptionRequest"];
    "notifications.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "notifications.update": components["schemas"]["NotificationUpdate"];
    "orderbook.subscribe": components["schemas"]["OrderbookSubscriptionRequest"];
    "orderbook.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "orderbook.unsubscribe": components["schemas"]["OrderbookSubscriptionRequest"];
    "orderbook.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "orderbook.update": components["schemas"]["OrderbookUpdate"];
    "orders.cancel": components["schemas"]["CancelOrderPayload"];
    "orders.cancel-many": components["schemas"]["CancelManyOrdersPayload"];
    "orders.cancel-many.response": components["schemas"]["CancelManyOrdersReply"];
    "orders.cancel.response": components["schemas"]["CommandReply"];
    "orders.modify": components["schemas"]["ModifyOrderPayload"];
    "orders.modify.response": components["schemas"]["CommandReply"];
    "orders.place": components["schemas"]["PlaceOrderPayload"];
    "orders.place.response": components["schemas"]["PlaceOrderReply"];
    "orders.preview": components["schemas"]["PreviewOrderPayload"];
    "orders.preview.response": components["schemas"]["PreviewOrderReply"];
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
    "positions.brackets": components["schemas"]["EditBracketsPayload"];
    "positions.brackets.response": components["schemas"]["CommandReply"];
    "positions.close": components["schemas"]["ClosePositionPayload"];
    "positions.close.response": components["schemas"]["CommandReply"];
    "positions.resume": components["schemas"]["ResumeRequest"];
    "positions.resume.response": components["schemas"]["SubscriptionResponse"];
    "positions.reverse": components["schemas"]["ReversePositionPayload"];
    "positions.reverse.response": components["schemas"]["CommandReply"];
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
    "replay.subscribe": components["schemas"]["ReplaySubscriptionRequest"];
    "replay.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "replay.unsubscribe": components["schemas"]["ReplaySubscriptionRequest"];
    "replay.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "replay.update": components["schemas"]["ReplayStateUpdate"];
    "trades.subscribe": components["schemas"]["TradesSubscriptionRequest"];
    "trades.subscribe.response": components["schemas"]["SubscriptionResponse"];
    "trades.unsubscribe": components["schemas"]["TradesSubscriptionRequest"];
    "trades.unsubscribe.response": components["schemas"]["SubscriptionResponse"];
    "trades.update": components["schemas"]["TradeUpdate"];
}
export const ROUTES = [
    "account",
    "alerts",
    "bars",
    "broker-connection",
    "equity",
    "executions",
    "notifications",
    "orderbook",
    "orders",
    "position-pl",
    "positions",
    "quotes",
    "replay",
    "trades",
] as const;
/** The routes that have a `resume`. */
export const RESUMABLE: readonly string[] = ["executions","notifications","orders","positions"];
/** The commands, each of which has a reply. */
export const COMMANDS = [
    "alerts.change",
    "alerts.create",
    "alerts.delete",
    "alerts.list",
    "kill-switch.set",
    "leverage.set",
    "orders.cancel",
    "orders.cancel-many",
    "orders.modify",
    "orders.place",
    "orders.preview",
    "positions.brackets",
    "positions.close",
    "positions.reverse",
] as const;
