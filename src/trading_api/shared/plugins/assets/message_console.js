// Makes the examples editable, sends them, and shows the replies and updates.
import { LiveConnection } from "./live_connection.js";

const FRAMES_MAX = 50;

export function startConsole(url) {
  const token = document.querySelector("#token");
  const bar = new ConnectionBar(() => connection.close());
  const replies = new Map(); // The card that awaits a reply, by the reply's type.
  const updates = new Map(); // The card that subscribed, by the name of the route.
  const connection = new LiveConnection(url, {
    readToken: () => token?.value.trim() ?? "",
    onMessage(message) {
      const [route] = message.type.split(".");
      const card = replies.get(message.type) ?? updates.get(route);
      card?.receive(message);
    },
    onState(state, reason) {
      bar.show(state, reason);
      if (state !== "closed") return;
      for (const card of new Set([...replies.values(), ...updates.values()])) card.end(reason);
      replies.clear();
      updates.clear();
    },
  });
  let waiting = null; // The card whose message waits for a token.
  token?.addEventListener("change", () => connection.close());
  token?.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") waiting?.focus();
  });

  /** Send a message exactly as it was typed. Return the reason if it is not sent, else null. */
  const send = (card, message, text) => {
    const isAnonymous = token?.value.trim() === "" && !connection.isOpen;
    if (isAnonymous && message.type !== "auth") {
      waiting = card;
      // The search hides it too.
      token.closest("section").hidden = false;
      token.focus();
      return "Enter a token first.";
    }
    const account = String(message.payload?.accountId ?? "");
    if (account.startsWith("LIVE-") && !confirm(`Send ${message.type} to ${account}?`)) {
      return "Not sent.";
    }
    replies.set(`${message.type}.response`, card);
    const [route, kind] = message.type.split(".");
    if (kind === "subscribe" || kind === "resume") updates.set(route, card);
    connection.send(text);
    return null;
  };
  for (const element of document.querySelectorAll("details.operation")) {
    element.addEventListener("toggle", () => new Card(element, send), { once: true });
  }
}

/** The examples of one message, and its messages on the connection. */
class Card {
  #send;
  #name;
  #editor;
  #outcome = create("p", { className: "outcome" });
  #log;
  #subscribed = [];

  constructor(element, send) {
    this.#send = send;
    this.#name = element.id;
    this.#outcome.setAttribute("role", "status");
    for (const example of element.querySelectorAll(".example")) this.#equip(example);
    if (this.#editor === undefined) return;
    this.#log = new Log(this.#name, () => this.#unsubscribe());
    element.querySelector(".examples").after(this.#outcome, this.#log.element);
  }

  focus() {
    this.#editor.focus();
  }

  receive(message) {
    this.#log.add("received", message);
    if (message.type.endsWith(".response")) {
      const { status, message: text } = message.payload;
      this.#show(`${message.type}: ${status}, ${text}`, status !== "ok");
    }
  }

  end(reason) {
    this.#subscribed = [];
    this.#log.canUnsubscribe = false;
    this.#show(`The connection is closed: ${reason}`, !reason.startsWith("1000"));
  }

  #equip(example) {
    const title = example.querySelector("h4");
    const pre = example.querySelector("pre");
    let read = () => pre.textContent;
    const heading = create("div", { className: "heading" });
    title.replaceWith(heading);
    heading.append(title);
    if (example.dataset.editable !== undefined) {
      const original = pre.textContent;
      this.#editor = create("textarea", {
        value: original,
        rows: original.split("\n").length,
        spellcheck: false,
        autocomplete: "off",
      });
      this.#editor.setAttribute("aria-label", `The message ${this.#name}`);
      pre.replaceWith(this.#editor);
      read = () => this.#editor.value;
      const reset = () => {
        this.#editor.value = original;
      };
      const submit = button("Send", () => this.#submit(), "main");
      submit.title = "Ctrl+Enter in the message";
      heading.append(submit, button("Reset", reset));
      this.#editor.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#submit();
      });
    }
    const copyButton = button("Copy", async () => {
      await copy(read());
      copyButton.textContent = "Copied";
      setTimeout(() => {
        copyButton.textContent = "Copy";
      }, 1500);
    });
    copyButton.setAttribute("aria-live", "polite");
    heading.append(copyButton);
  }

  #submit() {
    const text = this.#editor.value;
    let message;
    try {
      message = JSON.parse(text);
    } catch (error) {
      this.#show(`This is not JSON: ${error.message}`, true);
      return;
    }
    if (typeof message?.type !== "string") {
      this.#show('Add a "type" to the message.', true);
      return;
    }
    const problem = this.#send(this, message, text);
    if (problem !== null) {
      this.#show(problem, true);
      return;
    }
    this.#show("Sent.", false);
    this.#log.add("sent", message);
    if (/\.(subscribe|resume)$/.test(message.type)) {
      this.#subscribed.push(message);
      this.#log.canUnsubscribe = true;
    }
  }

  #unsubscribe() {
    for (const { type, payload } of this.#subscribed.splice(0)) {
      const message = { type: type.replace(/\.\w+$/, ".unsubscribe"), payload };
      this.#send(this, message, JSON.stringify(message));
      this.#log.add("sent", message);
    }
    this.#log.canUnsubscribe = false;
  }

  #show(text, isError) {
    this.#outcome.textContent = text;
    this.#outcome.classList.toggle("error", isError);
  }
}

/** The last messages of a card, newest first. They are drawn once per frame of the screen. */
class Log {
  element = create("div", { hidden: true });
  #list = create("ol", { className: "frames", tabIndex: 0 });
  #count = create("h4");
  #unsubscribe;
  #received = 0;
  #added = [];

  constructor(name, onUnsubscribe) {
    this.#list.setAttribute("aria-label", `Messages of ${name}`);
    this.#unsubscribe = button("Unsubscribe", onUnsubscribe);
    this.#unsubscribe.hidden = true;
    const heading = create("div", { className: "heading" });
    heading.append(
      this.#count,
      this.#unsubscribe,
      button("Clear", () => this.#clear()),
    );
    this.element.append(heading, this.#list);
  }

  set canUnsubscribe(is) {
    this.#unsubscribe.hidden = !is;
  }

  add(way, message) {
    if (way === "received") this.#received += 1;
    this.#added.push({ way, message, at: new Date() });
    if (this.#added.length === 1) requestAnimationFrame(() => this.#draw());
    else if (this.#added.length > FRAMES_MAX) this.#added.splice(1, 1);
  }

  #draw() {
    const items = this.#added.splice(0).map(({ way, message, at }) => {
      const item = create("li");
      const label = `${way} ${at.toLocaleTimeString()}`;
      item.append(create("span", { className: `way ${way}`, textContent: label }));
      const space = message.type.endsWith(".update") ? 0 : 2;
      const text = JSON.stringify(redacted(message), null, space);
      item.append(create("pre", { textContent: text }));
      return item;
    });
    this.element.hidden = false;
    this.#list.prepend(...items.reverse());
    while (this.#list.childElementCount > FRAMES_MAX) this.#list.lastElementChild.remove();
    const shown = this.#received > FRAMES_MAX ? `, the last ${FRAMES_MAX} shown` : "";
    this.#count.textContent = `${this.#received} received${shown}`;
  }

  #clear() {
    this.#received = 0;
    this.#list.replaceChildren();
    this.#count.textContent = "";
  }
}

/** The state of the connection, in a corner of the page. */
class ConnectionBar {
  #element = create("div", { className: "connection", hidden: true });
  #state = create("span");
  #disconnect;

  constructor(onDisconnect) {
    this.#state.setAttribute("role", "status");
    this.#disconnect = button("Disconnect", onDisconnect);
    this.#element.append(this.#state, this.#disconnect);
    document.querySelector("main").append(this.#element);
  }

  show(state, reason) {
    const texts = { connecting: "Connecting", open: "Connected", closed: `Closed: ${reason}` };
    this.#element.hidden = false;
    this.#state.textContent = texts[state];
    this.#disconnect.hidden = state === "closed";
  }
}

/** Return the message without its token. */
function redacted(message) {
  return message.type === "auth" ? { ...message, payload: { token: "..." } } : message;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers have this clipboard on encrypted pages and on this machine only, and may refuse it.
    const area = create("textarea", { value: text, className: "hidden" });
    const { activeElement } = document;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    activeElement?.focus();
  }
}

function button(text, onClick, className = "") {
  const element = create("button", { type: "button", textContent: text, className });
  element.addEventListener("click", onClick);
  return element;
}

function create(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}
