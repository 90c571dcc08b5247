import type { WebSocketClass, WebSocketLike } from "../../src/socket-options.ts";
import { topicOf } from "../../src/topics.ts";

interface Message {
  type: string;
  payload: Record<string, unknown>;
}

/**
 * The server side of fake WebSockets. It answers as the protocol requires, unless a test replaces
 * `reply`. Every message arrives asynchronously.
 */
export class FakeServer {
  /** The messages of the client, over all connections. */
  readonly received: Message[] = [];
  readonly connections: FakeSocket[] = [];
  /** The payloads that follow the reply to a new subscription, by topic. */
  readonly snapshots = new Map<string, object[]>();
  isUp = true;
  /** Return the payload of the reply, or undefined to send none. */
  reply = (message: Message, topic: string): object | undefined => {
    const isSubscribed = this.current.subscribed.has(topic);
    if (message.type.endsWith(".unsubscribe") && !isSubscribed) {
      return { status: "error", message: "Not subscribed", topic };
    }
    if (message.type.endsWith(".resume") && isSubscribed) {
      return { status: "error", message: "Subscribed to it already", topic };
    }
    return { status: "ok", message: "", topic };
  };

  /** Return the payload of the reply to a command, without its `id`, or undefined to send none. */
  execute = (message: Message): object | undefined => ({
    status: "ok",
    message: "",
    orderId: `order-${message.payload.id}`,
  });

  get WebSocket(): WebSocketClass {
    const server = this;
    return class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(server, url, protocols);
      }
    };
  }

  get current(): FakeSocket {
    return this.connections.at(-1) as FakeSocket;
  }

  types(): string[] {
    return this.received.map(({ type }) => type);
  }

  update(topic: string, payload: object, numbers: { seq?: number; prev?: number } = {}): void {
    const type = `${topic.split(":")[0]}.update`;
    this.current.deliver({ type, payload: { topic, payload, ...numbers } });
  }

  cut(code = 1006, reason = ""): void {
    this.current.end(code, reason);
  }

  receive(socket: FakeSocket, message: Message): void {
    this.received.push(message);
    const [route, verb] = message.type.split(".") as [string, string];
    if (verb === undefined) return;
    if ("id" in message.payload) {
      const { id } = message.payload;
      const reply = this.execute(message);
      const type = `${message.type}.response`;
      if (reply !== undefined) socket.deliver({ type, payload: { id, ...reply } });
      return;
    }
    const topic =
      verb === "resume" ? String(message.payload.topic) : topicOf(route, message.payload);
    const reply = this.reply(message, topic);
    if (reply === undefined) return;
    const isNew = verb === "subscribe" && !socket.subscribed.has(topic);
    socket.deliver({ type: `${message.type}.response`, payload: reply });
    if ((reply as { status: string }).status !== "ok") return;
    if (verb === "unsubscribe") socket.subscribed.delete(topic);
    else socket.subscribed.add(topic);
    if (!isNew) return;
    for (const payload of this.snapshots.get(topic) ?? []) {
      socket.deliver({ type: `${route}.update`, payload: { topic, payload } });
    }
  }
}

export class FakeSocket implements WebSocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly subscribed = new Set<string>();
  readonly url: string;
  readonly protocols: string[];
  isOpen = false;
  isClosing = false;
  /** How many messages were sent while the connection was closing. */
  lateMessages = 0;
  readonly #server: FakeServer;

  constructor(server: FakeServer, url: string, protocols: string[]) {
    this.#server = server;
    this.url = url;
    this.protocols = protocols;
    server.connections.push(this);
    setTimeout(() => {
      if (!server.isUp) return this.end(1006, "");
      this.isOpen = true;
      this.onopen?.();
    }, 1);
  }

  get readyState(): number {
    if (this.isClosing) return 2;
    return this.isOpen ? 1 : 0;
  }

  send(text: string | Uint8Array): void {
    if (this.isClosing) this.lateMessages += 1;
    const message = JSON.parse(String(text));
    setTimeout(() => this.isOpen && this.#server.receive(this, message), 1);
  }

  deliver(message: object): void {
    setTimeout(() => this.isOpen && this.onmessage?.({ data: JSON.stringify(message) }), 1);
  }

  end(code: number, reason: string): void {
    this.isOpen = false;
    this.onclose?.({ code, reason });
  }

  close(): void {
    this.isOpen = false;
  }
}
