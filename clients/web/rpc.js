/**
 * JSON-RPC 2.0 over one WebSocket. It lives as long as the connection and does not reconnect.
 *
 * @typedef {{code: number, message: string, data?: {name?: string, hint?: string, retry_after_s?: number}}} WireError
 * @typedef {(method: string, params: any) => void} EventHandler
 */

const SUBPROTOCOL = "matinee.v1";
const ANSWER_WITHIN = 30_000;
/** Milliseconds. The daemon looks into a film before it answers, which takes seconds for a large one. */

/** An answer that is an error, or none at all: `name` is the wire's, or `offline`, or `timeout`. */
export class CommandError extends Error {
  /** @param {string} name @param {string} message @param {string} [hint] @param {number} [retryAfter] seconds @param {any} [data] all that came with it */
  constructor(name, message, hint, retryAfter, data) {
    super(message);
    this.name = name;
    this.hint = hint;
    this.retryAfter = retryAfter;
    this.data = data;
  }
}

/** Ids are unique for the client, over reloads and reconnects: the daemon does not execute a repeated one. */
const prefix = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let count = 0;

export class Rpc {
  /** @type {WebSocket} */
  #socket;
  /** @type {Map<string, {resolve: (result: any) => void, reject: (error: Error) => void, timer: number}>} */
  #waiting = new Map();

  /**
   * @param {string} url
   * @param {{onEvent: EventHandler, onHeard: () => void, onClose: (code: number) => void}} handlers
   */
  constructor(url, handlers) {
    this.#socket = new WebSocket(url, SUBPROTOCOL);
    this.#socket.onmessage = (message) => {
      handlers.onHeard();
      this.#receive(JSON.parse(message.data), handlers.onEvent);
    };
    this.#socket.onclose = (closed) => {
      this.#rejectAll();
      handlers.onClose(closed.code);
    };
  }

  /** Give a command and wait for its answer. @param {string} method @param {object} params @returns {Promise<any>} */
  call(method, params = {}) {
    if (!this.#isOpen) return Promise.reject(new CommandError("offline", "offline"));
    const id = `${prefix}-${++count}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id)?.reject(new CommandError("timeout", "timeout")), ANSWER_WITHIN);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  /** Tell the daemon something; nothing is answered, and nothing is kept when offline. @param {string} method @param {object} params */
  notify(method, params) {
    if (this.#isOpen) this.#socket.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  /** Leave, at once: nothing is heard of this connection afterwards. */
  drop() {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#rejectAll();
  }

  get #isOpen() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** @param {any} frame @param {EventHandler} onEvent */
  #receive(frame, onEvent) {
    if (frame.method !== undefined) {
      onEvent(frame.method, frame.params ?? {});
      return;
    }
    const asked = this.#settle(frame.id);
    if (frame.error) asked?.reject(asError(frame.error));
    else asked?.resolve(frame.result);
  }

  /** @param {string} id */
  #settle(id) {
    const asked = this.#waiting.get(id);
    if (asked) clearTimeout(asked.timer);
    this.#waiting.delete(id);
    return asked;
  }

  #rejectAll() {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(new CommandError("offline", "offline"));
  }
}

/** An error of the wire as one to throw. @param {WireError} error */
export function asError(error) {
  return new CommandError(error.data?.name ?? "unknown", error.message, error.data?.hint, error.data?.retry_after_s, error.data);
}
