import {
  type ConnectionStatus,
  type Execution,
  isLive,
  type NotificationType,
  type Order,
  type Position,
} from "../../src/model/broker.ts";
import type { BrokerHost, WatchedValue } from "../../src/tradingview/broker.ts";
import { SimpleWatchedValue } from "../../src/watched-value.ts";

/** A host that records what a broker reports. */
export class FakeHost implements BrokerHost {
  readonly factory = {
    createWatchedValue: <T>(value: T): WatchedValue<T> => new SimpleWatchedValue(value),
  };
  readonly orders: Order[] = [];
  readonly positions: Position[] = [];
  readonly executions: Execution[] = [];
  readonly equities: number[] = [];
  readonly profits: [symbol: string, pl: number][] = [];
  readonly margins: number[] = [];
  readonly statuses: ConnectionStatus[] = [];
  readonly notifications: { title: string; text: string; type?: NotificationType }[] = [];
  readonly quotes: { symbol: string; ask: number; bid: number }[] = [];
  accountsShown = 0;

  orderUpdate(order: Order): void {
    this.orders.push(order);
  }

  positionUpdate(position: Position): void {
    this.positions.push(position);
  }

  executionUpdate(execution: Execution): void {
    this.executions.push(execution);
  }

  equityUpdate(equity: number): void {
    this.equities.push(equity);
  }

  plUpdate(positionId: string, pl: number): void {
    this.profits.push([positionId, pl]);
  }

  marginAvailableUpdate(marginAvailable: number): void {
    this.margins.push(marginAvailable);
  }

  connectionStatusUpdate(status: ConnectionStatus): void {
    this.statuses.push(status);
  }

  showNotification(title: string, text: string, type?: NotificationType): void {
    this.notifications.push({ title, text, ...(type !== undefined && { type }) });
  }

  currentAccountUpdate(): void {
    this.accountsShown += 1;
  }

  realtimeUpdate(symbol: string, { ask, bid }: { ask: number; bid: number }): void {
    this.quotes.push({ symbol, ask, bid });
  }

  /** Return the last report of an order. */
  order(id: string): Order | undefined {
    return this.orders.findLast((order) => order.id === id);
  }

  position(id: string): Position | undefined {
    return this.positions.findLast((position) => position.id === id);
  }

  liveOrders(): string[] {
    const ids = [...new Set(this.orders.map(({ id }) => id))];
    return ids.filter((id) => isLive(this.order(id)?.status ?? 1)).sort();
  }

  openPositions(): string[] {
    const ids = [...new Set(this.positions.map(({ id }) => id))];
    return ids.filter((id) => this.position(id)?.qty !== 0).sort();
  }
}
