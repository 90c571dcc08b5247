import type { Client } from "openapi-fetch";
import type { paths } from "./generated/rest.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";
import * as map from "./mappers.ts";
import type { NewPriceAlert, PriceAlert } from "./model/broker.ts";
import { unwrap } from "./rest-commands.ts";

/** The price alerts of one account over REST. A command with a `key` that is repeated is done once. */
export interface AlertRest {
  all(): Promise<PriceAlert[]>;
  create(alert: NewPriceAlert, key?: string): Promise<PriceAlert>;
  /** Replace what the alert waits for. An alert that has fired waits again. */
  change(alertId: string, alert: NewPriceAlert, key?: string): Promise<PriceAlert>;
  delete(alertId: string, key?: string): Promise<void>;
}

/** Return the alerts of an account. Without an id it is the default account. */
export function createAlertRest(http: Client<paths>, id: string | undefined): AlertRest {
  const query = id === undefined ? {} : { account_id: id };
  const header = (key = newIdempotencyKey()) => ({ "Idempotency-Key": key });
  const ofAlert = (alert_id: string, key?: string) => ({
    query,
    path: { alert_id },
    header: header(key),
  });
  return {
    async all() {
      const alerts = unwrap(await http.GET("/api/v1/alerts", { params: { query } }));
      return alerts.map(map.mapAlert);
    },
    async create(alert, key) {
      const request = { params: { query, header: header(key) }, body: map.mapNewAlert(alert) };
      return map.mapAlert(unwrap(await http.POST("/api/v1/alerts", request)));
    },
    async change(alertId, alert, key) {
      const request = { params: ofAlert(alertId, key), body: map.mapNewAlert(alert) };
      return map.mapAlert(unwrap(await http.PUT("/api/v1/alerts/{alert_id}", request)));
    },
    async delete(alertId, key) {
      unwrap(await http.DELETE("/api/v1/alerts/{alert_id}", { params: ofAlert(alertId, key) }));
    },
  };
}
