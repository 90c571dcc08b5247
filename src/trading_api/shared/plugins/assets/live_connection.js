// One WebSocket to the server of this page.

/** Opens the connection for the first message, and authenticates if there is a token. */
export class LiveConnection {
  #url;
  #readToken;
  #onMessage;
  #onState;
  #socket = null;
  #isReady = false;
  #unsent = [];

  /** `onState` gets `connecting`, `open` or `closed`, and for `closed` the reason. */
  constructor(url, { readToken, onMessage, onState }) {
    this.#url = url;
    this.#readToken = readToken;
    this.#onMessage = onMessage;
    this.#onState = onState;
  }

  get isOpen() {
    return this.#isReady;
  }

  send(text) {
    if (this.#socket === null) this.#open();
    if (this.#isReady) this.#socket.send(text);
    else this.#unsent.push(text);
  }

  close() {
    this.#socket?.close(1000);
  }

  #open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#onState("connecting", "");
    socket.addEventListener("open", () => {
      const token = this.#readToken();
      if (token === "") this.#ready();
      else socket.send(JSON.stringify({ type: "auth", payload: { token } }));
    });
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      if (!this.#isReady && message.payload.status === "ok") this.#ready();
      else this.#onMessage(message);
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.#socket = null;
      this.#isReady = false;
      this.#unsent = [];
      const unknown = code === 1006 ? "the server refused it or cannot be reached" : "";
      this.#onState("closed", `${code} ${reason || unknown}`.trim());
    });
  }

  #ready() {
    this.#isReady = true;
    this.#onState("open", "");
    for (const text of this.#unsent.splice(0)) this.#socket.send(text);
  }
}
