import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../../", import.meta.url));
const python = `${root}.venv/bin/python`;

/** The simulated venue of the tests' kit, which speaks Binance's protocol, in a process. */
export class Venue {
  readonly #process: ChildProcess;
  readonly #address: string;

  private constructor(process: ChildProcess, address: string) {
    this.#process = process;
    this.#address = address;
  }

  static async start(...options: string[]): Promise<Venue> {
    const process = spawn(python, ["-m", "tests.kit.venue", ...options], {
      cwd: root,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [line] = await once(process.stdout, "data");
    const address = String(line).trim().split(/\s+/).at(-1);
    if (address === undefined) throw new Error(`The venue printed ${line}`);
    return new Venue(process, address);
  }

  /** The value of CCXT_OPTIONS that points ccxt at this venue. */
  get ccxtOptions(): string {
    const program =
      "import json, sys; from tests.kit.venue import ccxt_options; " +
      "print(json.dumps(ccxt_options(sys.argv[1])))";
    return execFileSync(python, ["-c", program, this.#address], { cwd: root, encoding: "utf8" });
  }

  /** Call one of the venue's controls. */
  async control(name: string, controls: object = {}): Promise<unknown> {
    const body = JSON.stringify(controls);
    const response = await fetch(`http://${this.#address}/control/${name}`, {
      method: "POST",
      body,
    });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    // The process ends with its standard input.
    this.#process.stdin?.end();
    await ended;
  }
}
