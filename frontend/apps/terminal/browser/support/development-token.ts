import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const python = fileURLToPath(new URL("../../../../../.venv/bin/python", import.meta.url));

/** As `trading-api token` makes one, for DEMO-ACCOUNT. */
export function developmentToken(secret: string): string {
  const env = { PATH: process.env.PATH ?? "", AUTH_SECRET: secret, AUTH_MODE: "secret" };
  return execFileSync(python, ["-m", "trading_api", "token"], { env, encoding: "utf8" }).trim();
}
