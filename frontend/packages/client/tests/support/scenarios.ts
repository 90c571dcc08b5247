import { readFileSync } from "node:fs";

export interface Outage {
  name: string;
  steps: string[];
  /** Whether the client has to connect again; undefined: it may. */
  reconnects?: boolean;
  /** The validity of the first token, long by default. */
  tokenValidS?: number;
}

/** An update's `seq` and `prev`. */
type Numbers = [seq: number, prev: number];

export interface Gap {
  name: string;
  channel: "orders" | "positions" | "executions";
  updates: Numbers[];
  /** The `seq` of the resume that the client has to send, if any. */
  resumedFrom: number | null;
  /** What the server replays; null: it refuses the resume, and sends `state` instead. */
  replay: Numbers[] | null;
  state?: number[];
  reported: number[];
}

const path = new URL("../../../../../tests/contract/client_scenarios.json", import.meta.url);

export const SCENARIOS: {
  server: { AUTH_MODE: string; AUTH_SECRET: string };
  outages: Outage[];
  gaps: Gap[];
} = JSON.parse(readFileSync(path, "utf8"));
