import type { WebSocketClass, WebSocketLike } from "../../src/socket-client.ts";
import { topicOf } from "../../src/topics.ts";

interface Message {
  type: string;
  payload: Record<string, unknown>;
}

/** A backend's socket that answers as the protocol says, or as a test says. Frames come later. */
export class FakeServer {
  /** What was sent, over all connections. */
  readonly heard: Message[] = [];
  readonly connections: FakeSocket[] = [];
  /** By topic, what follows an `ok`. */
  readonly states = new Map<string, object[]>();
  isUp = true;
  /** The reply's payload; undefined: none is sent. */
  answer = (message: Message, topic: string): object | undefined => {
    const isHeld = this.current.held.has(topic);
    if (message.type.endsWith(".unsubscribe") && !isHeld) {
      return { status: "error", message: "Not subscribed", topic };
    }
    if (message.type.endsWith(".resume") && isHeld) {
      return { status: "error", message: "Subscribed to it already", topic };
    }
    return { status: "ok", message: "", topic };
  };

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
    return this.heard.map(({ type }) => type);
  }

  update(topic: string, payload: object, numbers: { seq?: number; prev?: number } = {}): void {
    const type = `${topic.split(":")[0]}.update`;
    this.current.deliver({ type, payload: { topic, payload, ...numbers } });
  }

  cut(code = 1006, reason = ""): void {
    this.current.end(code, reason);
  }

  receive(socket: FakeSocket, message: Message): void {
    this.heard.push(message);
    const [route, verb] = message.type.split(".") as [string, string];
    if (verb === undefined) return;
    const topic =
      verb === "resume" ? String(message.payload.topic) : topicOf(route, message.payload);
    const reply = this.answer(message, topic);
    if (reply === undefined) return;
    const isNew = verb === "subscribe" && !socket.held.has(topic);
    socket.deliver({ type: `${message.type}.response`, payload: reply });
    if ((reply as { status: string }).status !== "ok") return;
    if (verb === "unsubscribe") socket.held.delete(topic);
    else socket.held.add(topic);
    if (!isNew) return;
    for (const payload of this.states.get(topic) ?? []) {
      socket.deliver({ type: `${route}.update`, payload: { topic, payload } });
    }
  }
}

export class FakeSocket implements WebSocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly held = new Set<string>();
  readonly url: string;
  readonly protocols: string[];
  isOpen = false;
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

  send(text: string): void {
    const message = JSON.parse(text);
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
