import { connect, createServer, type Socket } from "node:net";

/** A proxy between a client and a backend. A test can cut its connections while the backend runs. */
export class TcpProxy {
  readonly #port: number;
  readonly #connections = new Set<{ client: Socket; backend: Socket }>();
  readonly #server = createServer((client) => this.#accept(client));
  #state: "forwarding" | "stalled" | "dropping responses" | "refusing upgrades" | "cut" =
    "forwarding";

  /** `port` is that of the backend. */
  constructor(port: number) {
    this.#port = port;
  }

  /** Start to listen and resolve to the proxy's address, such as `http://127.0.0.1:54321`. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address?.port}`;
  }

  /** End all connections, and every new one, until `restore`. */
  cut(): void {
    this.#state = "cut";
    for (const { client, backend } of this.#connections) {
      client.destroy();
      backend.destroy();
    }
  }

  /** Forward what the client sends, and drop what the backend sends, until `restore`. */
  dropResponses(): void {
    this.#state = "dropping responses";
    for (const { client, backend } of this.#connections) backend.unpipe(client).resume();
  }

  /** Let what the backend sends wait, until `restore`. */
  stall(): void {
    this.#state = "stalled";
    for (const { client, backend } of this.#connections) backend.unpipe(client).pause();
  }

  /** End the WebSockets, and answer every new one with 403, until `restore`. */
  refuseUpgrades(): void {
    this.#state = "refusing upgrades";
    for (const { client } of this.#connections) client.destroy();
  }

  /** Forward new connections again, and what waits. */
  restore(): void {
    if (this.#state === "stalled")
      for (const { client, backend } of this.#connections) backend.pipe(client);
    this.#state = "forwarding";
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #accept(client: Socket): void {
    const backend = connect(this.#port, "127.0.0.1");
    const connection = { client, backend };
    this.#connections.add(connection);
    for (const end of [connection.client, connection.backend]) {
      end.on("error", () => {});
      end.on("close", () => this.#connections.delete(connection));
    }
    client.on("data", (bytes) => {
      const isUpgrade = /^upgrade: websocket\r$/im.test(bytes.toString("latin1"));
      if (this.#state !== "refusing upgrades" || !isUpgrade) return;
      client.unpipe(connection.backend);
      client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    client.pipe(connection.backend).pipe(client);
    if (this.#state === "cut") this.cut();
    else if (this.#state === "stalled") backend.unpipe(client).pause();
    else if (this.#state === "dropping responses") this.dropResponses();
  }
}
