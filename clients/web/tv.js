/**
 * The TV as this page knows it: who holds it, what it plays, who asks for it, and the commands to it.
 *
 * Truth comes from the daemon, in events and answers. A command shows at once what it will do (a guess, laid over the
 * truth) and the guess goes when the answer is there, whatever that is. The lease is never stored.
 *
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./wire.js").ScreenStatus} ScreenStatus
 * @typedef {import("./wire.js").AuthorityState} AuthorityState
 * @typedef {import("./wire.js").TakeoverRequest} TakeoverRequest
 * @typedef {import("./queue.js").Queue} Queue
 * @typedef {TakeoverRequest & {deadline: number}} Ask `deadline` in server clock
 * @typedef {{message?: string, item?: import("./wire.js").ItemRef, position?: number}} Wish
 */

import { sentenceFor } from "./errors.js";
import { refOf } from "./item_ref.js";
import { positionAt } from "./place.js";
import { CommandError } from "./rpc.js";
import { outcome } from "./tv_outcome.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

/** Errors that say that what is known here about the TV is out of date. */
const OUTDATED = ["not_authority", "stale_lease", "takeover_not_found", "screen_unavailable"];

/** Fires `change` whenever something about it may look different. */
export class Tv extends EventTarget {
  /** @type {AuthorityState} */
  authority = { state: "free" };
  /** @type {Map<string, Ask>} */
  asks = new Map();
  /** The film that was asked for and is not shown yet. */
  opening = "";
  /** When one may ask again, in server clock. */
  askAgainAt = 0;
  /** @type {ScreenStatus | null} */
  #truth = null;
  /** @type {Partial<ScreenStatus>} */
  #guess = {};
  #queue;
  #connection;
  #commands = 0;
  /** The newest wish per method while an older one is under way. @type {Map<string, {params: object, guess: Partial<ScreenStatus>} | null>} */
  #newest = new Map();
  /** What to do as soon as the TV is mine. @type {(() => void) | null} */
  #intention = null;

  /** @param {Connection} connection @param {Queue} queue the TV's */
  constructor(connection, queue) {
    super();
    this.#connection = connection;
    this.#queue = queue;
    const on = (/** @type {string} */ name, /** @type {(params: any) => void} */ listener) =>
      connection.addEventListener(`event:${name}`, (event) => listener(/** @type {CustomEvent} */ (event).detail));
    on("screen_changed", (status) => this.#learn({ status }));
    queue.addEventListener("change", () => this.#changed());
    on("authority_changed", (change) => this.#onAuthority(change));
    on("takeover_requested", (ask) => this.#onAsked(ask));
    on("takeover_resolved", (resolved) => this.#onResolved(resolved));
    connection.addEventListener("registered", () => void this.refresh());
    connection.addEventListener("state", () => this.#onConnection());
  }

  // ── what is ──────────────────────────────────────────────────────────────────────────────────────

  /** @returns {ScreenStatus | null} */
  get status() {
    return this.#truth && { ...this.#truth, ...this.#guess };
  }

  /** Whether there is a TV at all; not before the daemon has said so. */
  get isThere() {
    return this.#truth !== null && this.#truth.state !== "off";
  }

  get isMine() {
    return this.authority.lease !== undefined;
  }

  get holder() {
    return this.authority.holder ?? null;
  }

  /** Seconds into the TV's film, now. */
  get position() {
    const { timeline, duration } = this.status ?? {};
    return timeline ? positionAt(timeline, this.#connection.serverNow(), duration) : 0;
  }

  /** What I have asked for and not been told. */
  get myAsk() {
    return [...this.asks.values()].find(({ by }) => by.client_id === this.#connection.clientId) ?? null;
  }

  /** What is mine to answer, and still undecided. */
  get askToMe() {
    if (this.authority.state === "handing_over") return null;
    return this.#asksOfOthers.find((ask) => !ask.after_item && this.left(ask) > 0) ?? null;
  }

  /** What I have promised for the film's end. */
  get promise() {
    return this.#asksOfOthers.find((ask) => ask.after_item) ?? null;
  }

  get #asksOfOthers() {
    return this.isMine ? [...this.asks.values()].filter(({ by }) => by.client_id !== this.#connection.clientId) : [];
  }

  /** Whole seconds that are left to answer. @param {Ask} ask */
  left(ask) {
    return Math.max(0, Math.ceil(ask.deadline - this.#connection.serverNow()));
  }

  get secondsUntilAsk() {
    return Math.max(0, Math.ceil(this.askAgainAt - this.#connection.serverNow()));
  }

  /** Since when it is held, as a time of this device's clock. */
  get since() {
    const ago = this.#connection.serverNow() - (this.authority.since ?? 0);
    return new Date(Date.now() - ago * 1000);
  }

  get hasNext() {
    return Boolean(this.#truth?.parked) || this.#queue.hasNext;
  }

  get hasPrevious() {
    return this.#queue.hasPrevious;
  }

  /** Whether play has something to begin with. */
  get canPlay() {
    return this.#queue.total > 0;
  }

  // ── who holds it ─────────────────────────────────────────────────────────────────────────────────

  /** Ask for it; free, it is granted at once. With an item that is shown before it changes hands. @param {Wish} wish */
  async take(wish = {}) {
    try {
      const answer = await this.#connection.call("request_takeover", wish);
      if (answer.state === "granted" && !this.isMine) await this.refresh();
    } catch (error) {
      this.#intention = null;
      this.#complain(error);
    }
    this.#changed();
  }

  /** Do something as soon as the TV is mine: at once, or when it is granted. @param {() => void} action */
  async whenMine(action) {
    if (this.isMine) return action();
    this.#intention = action;
    await this.take();
  }

  /** @param {boolean} accept @param {boolean} [afterItem] @param {Ask} ask */
  answer(ask, accept, afterItem = false) {
    return this.#decide("respond_takeover", { request_id: ask.request_id, accept, after_item: afterItem });
  }

  /** Take my ask back. */
  async cancel() {
    this.#intention = null;
    if (this.myAsk) await this.#decide("cancel_takeover", { request_id: this.myAsk.request_id });
  }

  release() {
    return this.#decide("release_authority", { lease: this.authority.lease });
  }

  // ── what it does ─────────────────────────────────────────────────────────────────────────────────

  /** Play a film on the TV; asks for it first if need be. @param {{media_id?: string, path?: string, title: string}} film @param {number} [position] */
  async playFilm(film, position = 0) {
    const item = refOf(film);
    this.opening = film.title;
    this.#changed();
    try {
      if (this.isMine) await this.command("server_play", { item, position });
      else await this.take({ item, position });
    } finally {
      this.opening = "";
      this.#changed();
    }
  }

  /** Pause, or go on. */
  toggle() {
    const { status, position } = this;
    if (!status?.timeline || !status.item) return this.command("server_play");
    const playing = !status.timeline.playing;
    const timeline = { ...status.timeline, position, at: this.#connection.serverNow(), playing };
    return this.command(playing ? "server_resume" : "server_pause", {}, { state: playing ? "playing" : "paused", timeline });
  }

  /** @param {number} position */
  seek(position) {
    const { timeline, duration = 0 } = this.status ?? {};
    if (!timeline) return;
    const inside = Math.min(Math.max(position, 0), Math.max(0, duration - 0.1));
    void this.#latest("server_seek", { position: inside }, { timeline: { ...timeline, position: inside, at: this.#connection.serverNow() } });
  }

  /** @param {number} volume */
  setVolume(volume) {
    void this.#latest("server_set_volume", { volume }, { volume });
  }

  toggleMute() {
    const muted = !this.status?.muted;
    void this.#latest("server_set_mute", { muted }, { muted });
  }

  /**
   * Give a command with my lease. Resolves to whether it was carried out; if not, the person was told why.
   *
   * @param {string} method @param {object} [params] @param {Partial<ScreenStatus>} [guess] what it will look like
   */
  async command(method, params = {}, guess = {}) {
    this.#guess = { ...this.#guess, ...guess };
    this.#commands += 1;
    this.#changed();
    try {
      const { lease } = this.authority;
      if (lease === undefined) throw new CommandError("not_authority", "not_authority");
      this.#truth = await this.#connection.call(method, { ...params, lease });
      return true;
    } catch (error) {
      this.#complain(error);
      return false;
    } finally {
      this.#commands -= 1;
      if (this.#commands === 0) this.#guess = {};
      this.#changed();
    }
  }

  /** One at a time: a slider that is dragged asks for its last place, not for every one. @param {string} method @param {object} params @param {Partial<ScreenStatus>} guess */
  async #latest(method, params, guess) {
    if (this.#newest.has(method)) {
      this.#newest.set(method, { params, guess });
      this.#guess = { ...this.#guess, ...guess };
      this.#changed();
      return;
    }
    /** @type {{params: object, guess: Partial<ScreenStatus>} | null} */
    let wanted = { params, guess };
    while (wanted) {
      this.#newest.set(method, null);
      const done = await this.command(method, wanted.params, wanted.guess);
      wanted = done ? this.#newest.get(method) ?? null : null;
    }
    this.#newest.delete(method);
  }

  // ── what it hears ────────────────────────────────────────────────────────────────────────────────

  /** Ask the daemon how everything is. */
  async refresh() {
    try {
      const [authority, status] = await Promise.all([
        this.#connection.call("get_authority"),
        this.#connection.call("server_status"),
      ]);
      this.asks.clear();
      if (authority.request) this.#remember(authority.request);
      this.#learn({ authority, status });
    } catch {
      // The connection broke; the next register comes here again.
    }
  }

  /** @param {{authority?: AuthorityState, status?: ScreenStatus}} news */
  #learn({ authority, status }) {
    if (authority) this.authority = authority;
    if (status) this.#truth = status;
    this.#changed();
    this.#pursue();
  }

  /** @param {import("./wire.js").AuthorityChanged} change */
  #onAuthority({ holder, since, lease }) {
    const before = this.holder?.client_id;
    this.authority = { state: holder ? "held" : "free", holder, since, lease };
    if (this.isMine) toast(text.tv.yours);
    else if (holder) toast(text.tv.has(holder.name));
    else if (before) toast(text.tv.released);
    this.#changed();
    this.#pursue();
  }

  /** Do what was to be done as soon as it is mine. */
  #pursue() {
    if (!this.isMine) return;
    const intention = this.#intention;
    this.#intention = null;
    intention?.();
  }

  /** @param {TakeoverRequest} request */
  #onAsked(request) {
    const ask = this.#remember(request);
    const [mine, holder] = [this.myAsk === ask, this.holder?.name ?? ""];
    if (ask.after_item) toast(mine ? text.tv.promisedMe(holder) : text.tv.promisedOther(ask.by.name));
    else if (mine) toast(text.tv.askingSpoken(holder, this.left(ask)));
    else if (!this.isMine) toast(text.tv.asksHolder(ask.by.name, holder));
    this.#changed();
  }

  /** @param {TakeoverRequest} request */
  #remember(request) {
    const ask = { ...request, deadline: this.#connection.serverNow() + (request.expires_in ?? 0) };
    this.asks.set(ask.request_id, ask);
    return ask;
  }

  /** @param {import("./wire.js").TakeoverResolved} resolved */
  #onResolved(resolved) {
    const ask = this.asks.get(resolved.request_id);
    const mine = ask !== undefined && ask === this.myAsk;
    this.asks.delete(resolved.request_id);
    this.authority = { ...this.authority, state: this.holder ? "held" : "free" };
    if (mine && resolved.outcome !== "granted") this.#intention = null;
    const said = ask && outcome(resolved, ask, { asked: mine, holds: this.isMine, holder: this.holder?.name ?? "" });
    if (said) toast(said);
    this.#changed();
  }

  /** What was to happen later does not happen after a broken connection. */
  #onConnection() {
    if (this.#connection.state.kind !== "connected") this.#intention = null;
    this.#changed();
  }

  // ── small things ─────────────────────────────────────────────────────────────────────────────────

  /** @param {string} method @param {object} params */
  async #decide(method, params) {
    try {
      this.authority = await this.#connection.call(method, params);
    } catch (error) {
      this.#complain(error);
    }
    this.#changed();
  }

  /** @param {unknown} error */
  #complain(error) {
    toast(sentenceFor(error));
    if (!(error instanceof CommandError)) return;
    if (error.name === "rate_limited" && error.retryAfter) this.askAgainAt = this.#connection.serverNow() + error.retryAfter;
    if (OUTDATED.includes(error.name)) void this.refresh();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
