// Generated from asyncapi.json by `npm run generate`. Edit nothing here.
/** A field: its name, or with its name the fields of its object, of its items, or of `v`. */
export type Field =
    | string
    | { name: string; fields: readonly Field[] }
    | { name: string; items: readonly Field[] }
    | { name: string; ok: readonly Field[]; error: readonly Field[] };
export const FIELDS: { [route: string]: readonly Field[] } = {
    "account": [
        "balance",
        "equity",
        "usedMargin",
        "freeMargin",
        "marginLevel",
        "openPL",
        "realizedPLToday",
        "currency",
        "halted",
        "maintenanceMargin"
    ],
    "alerts": [
        "id",
        "accountId",
        "symbol",
        "condition",
        "price",
        "frequency",
        "expiresMs",
        "message",
        "status",
        "createdMs",
        "firings",
        {
            "name": "lastFired",
            "fields": [
                "time",
                "price",
                "direction"
            ]
        }
    ],
    "bars": [
        "time",
        "open",
        "high",
        "low",
        "close",
        "volume"
    ],
    "broker-connection": [
        "status",
        "message",
        "disconnectType",
        "timestamp"
    ],
    "equity": [
        "equity",
        "balance",
        "unrealizedPL",
        "realizedPL",
        "usedMargin",
        "freeMargin",
        "deposited",
        "seq"
    ],
    "executions": [
        "id",
        "symbol",
        "price",
        "qty",
        "side",
        "time",
        "commission",
        "netAmount",
        "orderId"
    ],
    "notifications": [
        "id",
        "severity",
        "code",
        "message",
        "reference",
        "time"
    ],
    "orderbook": [
        "snapshot",
        {
            "name": "asks",
            "items": [
                "price",
                "volume"
            ]
        },
        {
            "name": "bids",
            "items": [
                "price",
                "volume"
            ]
        }
    ],
    "orders": [
        "id",
        "symbol",
        "type",
        "side",
        "qty",
        "status",
        "limitPrice",
        "stopPrice",
        "stopLoss",
        "takeProfit",
        "trailingStopPips",
        "guaranteedStop",
        "stopType",
        {
            "name": "duration",
            "fields": [
                "type",
                "datetime"
            ]
        },
        "filledQty",
        "avgPrice",
        "updateTime",
        {
            "name": "message",
            "fields": [
                "type",
                "text"
            ]
        },
        "parentId",
        "parentType",
        "clientOrderId",
        "version",
        "isClose"
    ],
    "position-pl": [
        "symbol",
        "pl",
        "plPercent",
        "price"
    ],
    "positions": [
        "id",
        "symbol",
        "qty",
        "side",
        "avgPrice",
        "updateTime",
        "pl",
        "takeProfit",
        "stopLoss"
    ],
    "quotes": [
        "s",
        "n",
        {
            "name": "v",
            "ok": [
                "lp",
                "ask",
                "bid",
                "spread",
                "open_price",
                "high_price",
                "low_price",
                "prev_close_price",
                "volume",
                "ch",
                "chp",
                "short_name",
                "exchange",
                "description",
                "original_name"
            ],
            "error": [
                "error"
            ]
        }
    ],
    "replay": [
        "source",
        "state",
        "controllable",
        "reason",
        "speed",
        "now_ms",
        "start_ms",
        "end_ms",
        "jump_to_ms"
    ],
    "trades": [
        "symbol",
        "price",
        "qty",
        "time",
        "side"
    ]
};
