import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const python = fileURLToPath(new URL("../../../../../.venv/bin/python", import.meta.url));
const run = promisify(execFile);
/** So long after its end a token is still taken. */
export const LEEWAY_MS = 5_000;

export interface Claims {
  account?: string;
  /** Below zero: it has ended. */
  seconds?: number;
}

/** As `trading-api token` makes one; of DEMO-ACCOUNT, and for twelve hours. */
export async function developmentToken(secret: string, claims: Claims = {}): Promise<string> {
  const env = { PATH: process.env.PATH ?? "", AUTH_SECRET: secret, AUTH_MODE: "secret" };
  const { account, seconds } = claims;
  const options = [
    ...(account === undefined ? [] : ["--account", account]),
    ...(seconds === undefined ? [] : [`--hours=${seconds / 3_600}`]),
  ];
  const { stdout } = await run(python, ["-m", "trading_api", "token", ...options], { env });
  return stdout.trim();
}
