import type { Client } from "openapi-fetch";
import type { AccountCommands } from "./account-commands.ts";
import type { paths } from "./generated/rest.ts";
import * as map from "./mappers.ts";

/** Return the commands of an account over REST. Without an id it is the default account. */
export function createRestCommands(http: Client<paths>, id: string | undefined): AccountCommands {
  const query = id === undefined ? {} : { account_id: id };
  const headers = (key: string) => ({ "Idempotency-Key": key });
  const ofOrder = (order_id: string) => ({ query, path: { order_id } });
  const ofPosition = (position_id: string) => ({ query, path: { position_id } });
  return {
    async place(order, key) {
      const request = { params: { query, header: headers(key) }, body: map.mapPreOrder(order) };
      return unwrap(await http.POST("/api/v1/broker/orders", request));
    },
    async preview(order, orderId) {
      const params = { query: { ...query, ...(orderId !== undefined && { order_id: orderId }) } };
      const body = map.mapPreOrder(order);
      const preview = unwrap(await http.POST("/api/v1/broker/orders/preview", { params, body }));
      return map.mapPreview(preview);
    },
    async modify(orderId, order, key) {
      const params = { ...ofOrder(orderId), header: headers(key) };
      const body = map.mapPreOrder(order);
      unwrap(await http.PUT("/api/v1/broker/orders/{order_id}", { params, body }));
    },
    async cancel(orderId, key) {
      const params = { ...ofOrder(orderId), header: headers(key) };
      unwrap(await http.DELETE("/api/v1/broker/orders/{order_id}", { params }));
    },
    async cancelMany(orderIds, key) {
      const request = { params: { query, header: headers(key) }, body: { orderIds } };
      return unwrap(await http.POST("/api/v1/broker/orders/cancel", request)).canceled;
    },
    async close(positionId, amount, key) {
      const { path } = ofPosition(positionId);
      const part = { ...query, ...(amount !== undefined && { amount }) };
      const params = { path, query: part, header: headers(key) };
      unwrap(await http.DELETE("/api/v1/broker/positions/{position_id}", { params }));
    },
    async reverse(positionId, key) {
      const params = { ...ofPosition(positionId), header: headers(key) };
      unwrap(await http.POST("/api/v1/broker/positions/{position_id}/reverse", { params }));
    },
    async editBrackets(positionId, brackets, key) {
      const params = { ...ofPosition(positionId), header: headers(key) };
      const body = { brackets: map.mapBrackets(brackets) };
      unwrap(await http.PUT("/api/v1/broker/positions/{position_id}/brackets", { params, body }));
    },
    async setLeverage({ symbol, orderType, side, leverage }, key) {
      const params = { query, header: headers(key) };
      const request = { params, body: { symbol, orderType, side, leverage } };
      return unwrap(await http.PUT("/api/v1/broker/leverage/set", request));
    },
  };
}

/** Return the data of a result. Throws ApiError for an error response. */
export function unwrap<T>(result: Result<T>): T {
  const { data, error, response } = result;
  if (response.ok) return data as T;
  throw map.mapApiError(response, error);
}

interface Result<T> {
  data?: T;
  error?: Parameters<typeof map.mapApiError>[1];
  response: Response;
}
