/**
 * The page's one connection: registers, resumes, reconnects, and says how it is.
 *
 *     unpaired ──pair──▶ connecting ──registered──▶ connected
 *        ▲                  ▲   │                      │
 *        └── 4401, wrong ───┼───┘ broken               │ broken
 *                           └──────── waiting ◀────────┘        4409 ──▶ replaced
 *
 * A command given while not connected is refused (`offline`); nothing is stored and sent later.
 *
 * @typedef {{kind: "unpaired", why?: string} | {kind: "connecting"} | {kind: "connected", server: string}
 *   | {kind: "waiting", until: number} | {kind: "replaced"} | {kind: "unsupported"}} State
 * @typedef {{device_token: string} | {pairing_code: string}} Auth
 * @typedef {{client_id: string, resume_token: string, last_seq: number}} Resume
 */

import { probe } from "./capabilities.js";
import { guessDeviceName } from "./device_name.js";
import { CommandError, Rpc } from "./rpc.js";
import * as storage from "./storage.js";

const PROTOCOL = 1;
const CLOSED = { badToken: 4401, replaced: 4409, tooFast: 4429 };
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const TOO_FAST_WAIT = 10_000;
/** Milliseconds of silence after which the page asks whether the daemon is still there, and how long it waits for that. */
const SILENT_AFTER = 15_000;
const ANSWER_WITHIN = 6_000;

/** Fires `state` when `state` changed, `registered` ({resumed, linked}) after each register, and `event:<name>` for each event. */
export class Connection extends EventTarget {
  /** @type {State} */
  state = { kind: "connecting" };
  /** What this person may do: "owner", "member" or "guest". */
  role = "";
  /** What the house knows this device by. */
  device = { id: "", name: "" };
  /** Server clock minus this page's clock, seconds. */
  #clockOffset = 0;
  /** @type {Rpc | null} */
  #rpc = null;
  #url;
  #server = "";
  #clientId = "";
  #attempts = 0;
  #heardAt = 0;
  /** @type {number | undefined} */
  #timer;
  /** @type {string | null} */
  #code = null;

  /** @param {string} url */
  constructor(url) {
    super();
    this.#url = url;
    addEventListener("online", () => this.retryNow());
    addEventListener("offline", () => this.#check());
    document.addEventListener("visibilitychange", () => this.#check());
    setInterval(() => performance.now() - this.#heardAt > SILENT_AFTER && this.#check(), 5_000);
  }

  /** Connect with what is known: a code from the link, else the kept token, else wait for a code. @param {string | null} code */
  start(code) {
    this.#code = code;
    if (code || storage.device.get("token")) this.#connect();
    else this.#become({ kind: "unpaired" });
  }

  /** Pair with a code that was typed. @param {string} code @param {string} name */
  pair(code, name) {
    storage.device.set("name", name);
    this.start(code);
  }

  /** Connect without waiting any longer. */
  retryNow() {
    if (this.state.kind === "waiting") this.#connect();
  }

  /** After another tab took over: go on here as a client of our own. */
  useHere() {
    storage.tab.set("session", null);
    this.start(null);
  }

  /** Give a command. Rejects with a CommandError. @param {string} method @param {object} [params] @returns {Promise<any>} */
  call(method, params) {
    const rpc = this.state.kind === "connected" ? this.#rpc : null;
    return rpc ? rpc.call(method, params) : Promise.reject(new CommandError("offline", "offline"));
  }

  /** Tell something that needs no answer; dropped when not connected. @param {string} method @param {object} params */
  notify(method, params) {
    if (this.state.kind === "connected") this.#rpc?.notify(method, params);
  }

  /** Who this page is to the daemon. */
  get clientId() {
    /** @type {Partial<Resume> | null} */
    const session = storage.tab.get("session");
    return this.#clientId || (session?.client_id ?? "");
  }

  /** The daemon's monotonic clock, seconds. */
  serverNow() {
    return performance.now() / 1000 + this.#clockOffset;
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#rpc?.drop();
    this.#become({ kind: "connecting" });
    const rpc = new Rpc(this.#url, {
      onEvent: (method, params) => this.#hear(rpc, method, params),
      onHeard: () => (this.#heardAt = performance.now()),
      onClose: (code) => this.#lost(code),
    });
    this.#rpc = rpc;
    // A host that drops packets leaves a socket connecting for minutes.
    this.#timer = setTimeout(() => this.state.kind === "connecting" && this.#broken(), ANSWER_WITHIN);
  }

  /** @param {Rpc} rpc @param {string} method @param {any} params */
  #hear(rpc, method, params) {
    if (method === "hello") {
      this.#server = params.name;
      this.#clockOffset = params.clock - performance.now() / 1000;
      void this.#register(rpc);
      return;
    }
    this.#remember({ last_seq: params.seq });
    this.dispatchEvent(new CustomEvent(`event:${method}`, { detail: params }));
  }

  /** @param {Rpc} rpc */
  async #register(rpc) {
    try {
      const answer = await rpc.call("register", this.#introduction());
      this.#registered(answer);
    } catch (error) {
      if (rpc === this.#rpc && error instanceof CommandError) this.#refused(error);
    }
  }

  /** This device has another name from now on. @param {string} name */
  called(name) {
    storage.device.set("name", name);
    this.device = { ...this.device, name };
  }

  #introduction() {
    /** @type {Auth} */
    const auth = this.#code ? { pairing_code: this.#code } : { device_token: String(storage.device.get("token")) };
    const resume = this.#code ? null : storage.tab.get("session");
    return {
      protocol: PROTOCOL,
      client_types: ["hls_streaming", "server_playback"],
      name: storage.device.get("name") || guessDeviceName(),
      device: guessDeviceName(),
      auth,
      capabilities: probe(),
      ...(resume ? { resume } : {}),
    };
  }

  /** @param {{client_id: string, resume_token: string, device_token?: string, device_id: string, device_name?: string, seq: number, role: string, resumed: boolean, snapshot?: object}} answer */
  #registered({ client_id, resume_token, device_token, device_id, device_name, seq, role, resumed, snapshot }) {
    this.role = role;
    const linked = device_token !== undefined && !storage.device.get("name");
    this.device = { id: device_id, name: device_name ?? guessDeviceName() };
    if (device_token) storage.device.set("token", device_token);
    this.#code = null;
    this.#clientId = client_id;
    this.#attempts = 0;
    // After a resume the missed events follow, and each moves the number on; with a snapshot they are gone.
    this.#remember({ client_id, resume_token, ...(resumed && !snapshot ? {} : { last_seq: seq }) });
    this.#become({ kind: "connected", server: this.#server });
    this.dispatchEvent(new CustomEvent("registered", { detail: { resumed, linked } }));
  }

  /** @param {CommandError} error */
  #refused(error) {
    if (error.name === "pairing_failed" && storage.device.get("token")) {
      // An old link, opened again on a device that is paired.
      this.start(null);
    } else if (error.name === "pairing_failed" || error.name === "forbidden") this.#unpair(error.name);
    else if (error.name === "session_in_use") {
      storage.tab.set("session", null);
      this.#connect();
    } else if (error.name === "unsupported_protocol") this.#end({ kind: "unsupported" });
    else if (error.name !== "offline") this.#broken();
  }

  /** @param {number} code */
  #lost(code) {
    if (code === CLOSED.badToken) this.#unpair("forbidden");
    else if (code === CLOSED.replaced) this.#end({ kind: "replaced" });
    else this.#broken(code === CLOSED.tooFast ? TOO_FAST_WAIT : 0);
  }

  /** @param {string} why */
  #unpair(why) {
    if (this.state.kind === "unpaired") return;
    if (why === "forbidden") storage.device.set("token", null);
    storage.tab.set("session", null);
    this.#end({ kind: "unpaired", why });
  }

  /** @param {State} state */
  #end(state) {
    clearTimeout(this.#timer);
    this.#rpc?.drop();
    this.#rpc = null;
    this.#become(state);
  }

  /** Wait with jitter, so that a house full of phones does not come back in one moment. @param {number} [least] milliseconds */
  #broken(least = 0) {
    clearTimeout(this.#timer);
    this.#rpc?.drop();
    this.#rpc = null;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts++);
    const wait = Math.max(least, longest * (0.5 + Math.random() / 2));
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#become({ kind: "waiting", until: performance.now() + wait });
  }

  /** Ask whether the daemon is still there: a phone's Wi-Fi goes without a word. */
  async #check() {
    if (document.visibilityState === "visible") this.retryNow();
    const rpc = this.#rpc;
    if (this.state.kind !== "connected" || !rpc) return;
    const asked = performance.now();
    setTimeout(() => rpc === this.#rpc && this.#heardAt < asked && this.#broken(), ANSWER_WITHIN);
    try {
      const { clock } = await rpc.call("ping");
      this.#clockOffset = clock - performance.now() / 1000;
    } catch {
      // Whatever it was: the close handler, or the silence above, decides.
    }
  }

  /** @param {Partial<Resume>} news */
  #remember(news) {
    /** @type {Partial<Resume>} */
    const known = storage.tab.get("session") ?? {};
    storage.tab.set("session", { ...known, ...news });
  }

  /** @param {State} state */
  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}
