/**
 * My queue drives my player: what a person wants of it plays at once, and when a film ends the next one goes on.
 *
 *     ready ──ended──▶ bridging: the last picture stays ──stream_changed──▶ the next one's first picture ──▶ ready
 *                          └─ nothing comes ─▶ the end
 *
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./playback.js").Playback} Playback
 * @typedef {import("./queue.js").Queue} Queue
 * @typedef {import("./wire.js").StreamStatus} StreamStatus
 */

import { sentenceFor } from "./errors.js";
import { asError, CommandError } from "./rpc.js";
import { text } from "./text.js";
import { toast } from "./toast.js";
import { warm } from "./warm.js";

const words = text.queue;
const COMES_WITHIN = 30_000;
/** Milliseconds: the daemon looks into a film before it begins its stream. */
const BRIDGED = 4_000;
/** Milliseconds for which the last picture hides a wait. */

/** Fires `change` when something else comes next or came before. */
export class Way extends EventTarget {
  #connection;
  #playback;
  #queue;
  #warmed = "";
  /** Whether a command of mine is on its way, whose stream is dealt with where it was given. */
  #asking = false;

  /** After the reporter: the daemon is told of the end before the film counts as left. @param {Connection} connection @param {Playback} playback @param {Queue} queue */
  constructor(connection, playback, queue) {
    super();
    this.#connection = connection;
    this.#playback = playback;
    this.#queue = queue;
    connection.addEventListener("event:stream_changed", (event) => this.#onStream(/** @type {CustomEvent} */ (event).detail));
    queue.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    playback.video.addEventListener("ended", () => this.#onEnded());
  }

  get hasNext() {
    return this.#queue.hasNext;
  }

  get hasPrevious() {
    return this.#queue.hasPrevious;
  }

  /** Play an item of my queue now. @param {string} id */
  jump(id) {
    return this.#go("queue_jump", { id });
  }

  next() {
    return this.#go("queue_next");
  }

  previous() {
    return this.#go("queue_previous");
  }

  /** The TV's queue, here as well; instead of mine it goes on at the TV's second. @param {"replace" | "append"} mode */
  async take(mode) {
    const along = mode === "replace";
    const params = { source: "server", mode, with_position: along };
    if (along) await this.#go("queue_copy", params, words.taken);
    else if (await this.#queue.edit("queue_copy", params)) toast(words.takenAppended);
  }

  /** @param {string} method @param {object} [params] @param {string} [said] */
  async #go(method, params = {}, said = "") {
    const playback = this.#playback;
    if (playback.phase === "idle") playback.video.load(); // within the tap it earns the leave to play with sound
    const coming = arrival(this.#connection, playback.status?.stream_id);
    this.#asking = true;
    try {
      const { items, current_id } = await this.#queue.command(method, params);
      const present = items.find(({ id }) => id === current_id);
      if (present) await playback.expect({ ...present.item, title: present.title, duration: present.duration }, coming.stream);
      if (present) void this.#know(present.item);
      if (said) toast(said);
    } catch (error) {
      toast(error instanceof CommandError && error.name === "empty_queue" ? words.nothingThere : sentenceFor(error));
    } finally {
      coming.forget();
      this.#asking = false;
    }
  }

  /** @param {StreamStatus} status */
  #onStream(status) {
    const playback = this.#playback;
    if (!playback.isThere || this.#asking || !status.stream_id) return;
    if (status.stream_id !== playback.status?.stream_id) {
      void this.#goOn(status);
    } else if (status.next && status.next.stream_id !== this.#warmed) {
      this.#warmed = status.next.stream_id;
      warm(status.next.url).catch(() => {}); // then the player fetches it itself
    }
  }

  /** @param {StreamStatus} status */
  async #goOn(status) {
    const playback = this.#playback;
    playback.bridge.build(BRIDGED);
    await playback.goOn(status);
    if (status.item) await this.#know(status.item);
  }

  #onEnded() {
    const playback = this.#playback;
    if (playback.phase === "ready" && (playback.status?.next || this.#queue.hasNext)) playback.bridge.build(BRIDGED);
  }

  /** Learn of a film what the library knows: which row it is, and what it is made of. @param {import("./wire.js").ItemRef} item */
  async #know(item) {
    const { film } = this.#playback;
    try {
      const { media_id, video_codec } = await this.#connection.call("get_item", { item });
      if (film && film === this.#playback.film) this.#playback.learn({ media_id, video_codec });
    } catch {
      // It plays all the same; its row in the library stays unmarked.
    }
  }
}

/**
 * The next stream that is not this one. Rejects when it fails, when the connection breaks, or when it does not come.
 *
 * @param {Connection} connection @param {string | undefined} present
 */
function arrival(connection, present) {
  const listening = new AbortController();
  const { signal } = listening;
  /** @type {Promise<StreamStatus>} */
  const stream = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new CommandError("timeout", "timeout")), COMES_WITHIN);
    signal.addEventListener("abort", () => clearTimeout(timer));
    /** @param {string} name @param {(detail: any) => void} listener */
    const on = (name, listener) => connection.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal });
    on("event:stream_changed", (status) => status.stream_id && status.stream_id !== present && resolve(status));
    on("event:stream_failed", ({ error }) => reject(asError(error)));
    on("state", () => connection.state.kind !== "connected" && reject(new CommandError("offline", "offline")));
  });
  stream.catch(() => {}); // whoever waits for it hears of it, too
  return { stream, forget: () => listening.abort() };
}
