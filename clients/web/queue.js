/**
 * A queue, mine or the TV's, and the edits of it.
 *
 * Truth comes from the daemon, in events and answers. An edit shows at once what it will do (a guess, laid over the
 * truth); the guess goes when the answer is there, whatever that is. Edits are sent one after the other, each with the
 * version it was made on, and none after the connection broke.
 *
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./wire.js").QueueItem} QueueItem
 * @typedef {import("./wire.js").QueueState} QueueState
 * @typedef {import("./queue_view.js").View} View
 * @typedef {(view: View) => View} Guess
 */

import { sentenceFor } from "./errors.js";
import { EMPTY, added, learned, moved, newcomers, placeOf, unknown, without } from "./queue_view.js";
import { CommandError } from "./rpc.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

const words = text.queue;
const BEFORE = 100;
/** Items before the wanted one that are fetched with it. */

/** Commands that say on which version they were made. */
const VERSIONED = ["queue_add", "queue_remove", "queue_move", "queue_clear", "queue_set_mode"];
const SAME = (/** @type {View} */ view) => view;

/** Fires `change` whenever it may look different. */
export class Queue extends EventTarget {
  #connection;
  /** @type {View} */
  #truth = EMPTY;
  /** @type {View} */
  #view = EMPTY;
  /** @type {Set<{guess: Guess}>} */
  #guesses = new Set();
  /** The edits that are under way, one behind the other. @type {Promise<unknown>} */
  #turn = Promise.resolve();
  #breaks = 0;
  #fetching = false;

  /** @param {Connection} connection @param {import("./wire.js").QueueTarget} target */
  constructor(connection, target) {
    super();
    this.#connection = connection;
    this.target = target;
    connection.addEventListener("event:queue_changed", (event) => this.#onChanged(/** @type {CustomEvent} */ (event).detail));
    connection.addEventListener("registered", () => void this.#refresh());
    connection.addEventListener("state", () => (this.#breaks += Number(connection.state.kind !== "connected")));
  }

  // ── what is ──────────────────────────────────────────────────────────────────────────────────────

  get view() {
    return this.#view;
  }

  get total() {
    return this.#view.slots.length;
  }

  /** Whether the daemon has told of it. */
  get isKnown() {
    return this.#truth.version >= 0;
  }

  get #goesRound() {
    return this.total > 0 && (this.#view.repeat === "all" || this.#view.shuffle);
  }

  get hasNext() {
    return this.#goesRound || placeOf(this.#view) < this.total - 1;
  }

  get hasPrevious() {
    return this.#goesRound || placeOf(this.#view) > 0;
  }

  /** Fetch what is not known between two indexes; `change` tells when it is there. @param {number} from @param {number} to */
  need(from, to) {
    const first = unknown(this.#truth, from, to);
    if (first >= 0 && !this.#fetching) void this.#fetch(Math.max(0, first - BEFORE));
  }

  // ── edits; each resolves to whether it was carried out, and tells the person if not ──────────────

  /** Put films, or all films of a folder, in. @param {{item: import("./wire.js").ItemRef, title: string, duration?: number, folder?: boolean}} film @param {"next" | "end"} at */
  async add({ item, title, duration, folder = false }, at) {
    const { version } = this.#view;
    const shown = folder ? [] : [{ id: `new ${Math.random()}`, item, title, duration }];
    return this.edit("queue_add", { items: [item], at }, (view) => added(view, shown, at, version));
  }

  /** @param {string[]} ids */
  remove(ids) {
    return this.edit("queue_remove", { ids }, (view) => without(view, new Set(ids)));
  }

  /** @param {string} id @param {string} [beforeId] none is the end */
  move(id, beforeId) {
    const params = beforeId === undefined ? { id } : { id, before_id: beforeId };
    return this.edit("queue_move", params, (view) => moved(view, id, beforeId));
  }

  /** One place up or down. @param {string} id @param {-1 | 1} by */
  step(id, by) {
    const { slots } = this.#view;
    const index = slots.findIndex((slot) => slot?.id === id);
    const target = by < 0 ? index - 1 : index + 2;
    const before = slots[target];
    if (index < 0 || target < 0 || index + by >= slots.length || (!before && target < slots.length)) return Promise.resolve(false);
    return this.move(id, before?.id);
  }

  clear() {
    return this.edit("queue_clear", {}, (view) => ({ ...view, slots: [], currentId: undefined }));
  }

  /** @param {{repeat?: import("./wire.js").Repeat, shuffle?: boolean}} mode */
  setMode({ repeat = this.#view.repeat, shuffle = this.#view.shuffle }) {
    return this.edit("queue_set_mode", { repeat, shuffle }, (view) => ({ ...view, repeat, shuffle }));
  }

  /** Take my last edit back. */
  undo() {
    return this.edit("queue_undo");
  }

  /** @param {string} method @param {object} [params] @param {Guess} [guess] */
  async edit(method, params = {}, guess = SAME) {
    try {
      await this.command(method, params, guess);
      return true;
    } catch (error) {
      toast(sentence(method, error));
      return false;
    }
  }

  /** As `edit`, for who deals with its errors. @param {string} method @param {object} [params] @param {Guess} [guess] @returns {Promise<QueueState>} */
  command(method, params = {}, guess = SAME) {
    const [laid, breaks] = [{ guess }, this.#breaks];
    this.#guesses.add(laid);
    this.#changed();
    const sent = this.#turn.then(() => this.#send(method, params, breaks));
    const done = sent.then(
      (state) => this.#settle(laid, state),
      (error) => this.#settle(laid, error instanceof CommandError ? error.data?.queue : undefined),
    );
    this.#turn = done;
    return done.then(() => sent);
  }

  // ── inside ───────────────────────────────────────────────────────────────────────────────────────

  /** @param {string} method @param {object} params @param {number} breaks @returns {Promise<QueueState>} */
  #send(method, params, breaks) {
    if (breaks !== this.#breaks) throw new CommandError("offline", "offline");
    const version = VERSIONED.includes(method) ? { if_version: this.#truth.version } : {};
    return this.#connection.call(method, { target: this.target, ...params, ...version });
  }

  /** @param {{guess: Guess}} laid @param {QueueState} [state] */
  #settle(laid, state) {
    this.#guesses.delete(laid);
    if (state) this.#truth = learned(this.#truth, state);
    this.#changed();
  }

  /** @param {QueueState & {target: string}} state */
  #onChanged(state) {
    if (state.target !== this.target) return;
    const came = this.#guesses.size ? [] : newcomers(this.#truth, state);
    this.#truth = learned(this.#truth, state);
    this.#changed();
    const by = new Set(came.map((item) => item.by));
    const [who] = by;
    if (who && by.size === 1) toast(came.length === 1 ? words.addedBy(who, came[0].title) : words.addedManyBy(who, came.length));
  }

  /** A daemon that was started anew may count its versions from the beginning. */
  async #refresh() {
    try {
      const state = await this.#connection.call("queue_get", { target: this.target });
      this.#truth = learned(EMPTY, state);
      this.#changed();
    } catch {
      // The connection broke; the next register comes here again.
    }
  }

  /** @param {number} first */
  async #fetch(first) {
    this.#fetching = true;
    try {
      this.#truth = learned(this.#truth, await this.#connection.call("queue_get", { target: this.target, first }));
    } catch {
      return; // The rows stay blank until somebody scrolls again, or the connection is back.
    } finally {
      this.#fetching = false;
    }
    this.#changed();
  }

  #changed() {
    this.#view = [...this.#guesses].reduce((view, { guess }) => guess(view), this.#truth);
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {string} method @param {unknown} error */
function sentence(method, error) {
  const { name } = error instanceof CommandError ? error : { name: "" };
  if (name === "version_conflict") return words.conflict;
  if (name === "item_not_found" && method === "queue_undo") return words.nothingToUndo;
  if (name === "item_not_found" && method !== "queue_add") return words.gone;
  if (name === "empty_queue") return words.nothingThere;
  if (name === "overloaded") return words.full;
  return sentenceFor(error);
}
