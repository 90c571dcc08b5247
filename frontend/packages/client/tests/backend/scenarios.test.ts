// The outages that every client has to survive, against a real backend.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Backend } from "../support/backend.ts";
import { OutageRun } from "../support/outage-run.ts";
import { SCENARIOS } from "../support/scenarios.ts";
import { versionsOf } from "../support/trading.ts";

let backend: Backend;

beforeAll(async () => {
  backend = await Backend.start(SCENARIOS.server);
});

afterAll(() => backend.stop());

test.each(SCENARIOS.outages.map((outage, number) => ({ ...outage, number })))(
  "$name loses and repeats nothing",
  async ({ number, ...outage }) => {
    const { tokenValidS } = outage;
    const validMs = tokenValidS === undefined ? undefined : tokenValidS * 1_000;
    const run = new OutageRun(backend, `SCENARIO-${number}`, validMs);
    try {
      await run.run(outage);
      expect(run.host.executions).toEqual(await run.account.recentExecutions(1_000));
      expect(versionsOf(run.host)).toEqual([...new Set(versionsOf(run.host))]);
      if (outage.reconnects !== undefined) expect(run.connections > 1).toBe(outage.reconnects);
    } finally {
      run.close();
    }
  },
);
