/**
 * What plays here: opens, seeks, pauses and stops this device's own stream, and says what became of it.
 *
 *     idle ──open──▶ opening ──▶ ready ──stop──▶ idle
 *                       │          │ stream_failed, player error        session over
 *                       └────────▶ failed ──retry──▶ opening      ready ────────────▶ lost ──play──▶ opening
 *
 * @typedef {"idle" | "opening" | "ready" | "failed" | "lost"} Phase
 * @typedef {import("./place.js").Film} Film
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./wire.js").StreamStatus} StreamStatus
 */

import { Bridge } from "./bridge.js";
import { Engine } from "./engine.js";
import { sentenceFor } from "./errors.js";
import { clockTime } from "./format.js";
import { refOf } from "./item_ref.js";
import { forgetPlace, keepPlace, keptPlace, positionAt } from "./place.js";
import { asError, CommandError } from "./rpc.js";
import { Seeker } from "./seeker.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

/** Fires `change` whenever something about it may look different. */
export class Playback extends EventTarget {
  /** @type {Phase} */
  phase = "idle";
  /** @type {Film | null} */
  film = null;
  /** @type {StreamStatus | null} */
  status = null;
  /** What went wrong, in words. */
  problem = "";
  /** Grows whenever a person moves it: whoever wanted to adjust it then lets go. */
  touches = 0;
  /** Whether it is on its way to the TV, which ends it here. */
  leaves = false;
  /** Whether the browser wants a tap before it makes a sound. */
  needsTap = false;
  /** Where the present stream is to begin; the truth until the player got there. */
  #start = 0;
  #landed = false;
  /** Whether it goes on by itself when the connection is back: only the network stood in the way. */
  #goesOn = false;
  #opens = 0;
  #connection;
  #engine;
  #seeker;

  /** @param {Connection} connection @param {HTMLVideoElement} video */
  constructor(connection, video) {
    super();
    this.#connection = connection;
    this.video = video;
    this.bridge = new Bridge(video, () => this.#changed());
    this.#engine = new Engine(video, (trouble, playing) => this.#onTrouble(trouble, playing));
    this.#seeker = new Seeker(connection, (position, error) => this.#onSeekRefused(position, error));
    for (const event of ["playing", "seeked"]) video.addEventListener(event, () => (this.#landed = this.phase === "ready") && this.bridge.cross());
    connection.addEventListener("registered", (event) => void this.#restore(/** @type {CustomEvent} */ (event).detail.resumed));
    connection.addEventListener("state", () => this.#onConnection());
    connection.addEventListener("event:stream_failed", (event) => this.#onFailed(/** @type {CustomEvent} */ (event).detail));
    connection.addEventListener("event:stream_changed", (event) => this.#onChanged(/** @type {CustomEvent} */ (event).detail));
  }

  /** Seconds into the film. */
  get position() {
    return this.phase === "ready" && this.#landed ? this.video.currentTime : this.#start;
  }

  get duration() {
    return this.status?.duration ?? this.film?.duration ?? 0;
  }

  get playing() {
    return this.phase === "opening" || this.bridge.stands || (this.phase === "ready" && !this.video.paused && !this.video.ended);
  }

  /** Whether the player stands where it was told to: before that its clock means nothing. */
  get landed() {
    return this.phase === "ready" && this.#landed;
  }

  /** Play a film from a position on, instead of whatever plays. @param {Film} film @param {number} [position] */
  async open(film, position = 0) {
    const wish = { item: refOf(film), position };
    await this.#open(film, position, () => this.#connection.call("request_hls_stream", wish), () => [position, true]);
  }

  /** Play what the daemon begins for my queue. @param {Film} film @param {Promise<StreamStatus>} stream */
  async expect(film, stream) {
    await this.#open(film, 0, () => stream, () => [this.#placeOf(this.status), true]);
  }

  /** Go on with the stream that follows this one, which is over. @param {StreamStatus} status */
  async goOn(status) {
    this.#opens += 1;
    this.#landed = false;
    this.status = status;
    this.film = { ...status.item, title: status.title ?? "", duration: status.duration };
    await this.#show(status, 0, true);
  }

  /** Know more of the film than before. @param {Partial<Film>} facts */
  learn(facts) {
    this.film = this.film && { ...this.film, ...facts };
    this.#changed();
  }

  /**
   * Play here what plays elsewhere; `where` tells its position and whether it moves, as long as it is there.
   *
   * @param {Film} film @param {() => [number, boolean] | null} where
   */
  async follow(film, where) {
    const begun = where() ?? [0, true];
    await this.#open(film, begun[0], () => this.#connection.call("continue_here"), () => where() ?? begun);
  }

  /** Open again what failed or was lost, at the same second. */
  retry() {
    if (this.film) void this.open(this.film, this.position);
  }

  /** Play, or pause: at once here, and then the daemon is told. */
  toggle() {
    this.touches += 1;
    if (this.phase === "failed" || this.phase === "lost") this.retry();
    if (this.phase !== "ready") return;
    if (this.video.ended) {
      this.seek(0);
      this.#play();
    } else if (this.video.paused) {
      this.#play();
      void this.#tell("hls_resume");
    } else {
      this.video.pause();
      void this.#tell("hls_pause");
    }
  }

  /** Go to a position: at once here, and back if the daemon refuses. @param {number} position */
  seek(position) {
    const inside = Math.min(Math.max(position, 0), Math.max(0, this.duration - 0.1));
    this.touches += 1;
    if (this.phase === "idle" || this.phase === "opening" || this.#isOffline()) return;
    if (this.phase !== "ready") {
      if (this.film) void this.open(this.film, inside);
      return;
    }
    this.#seeker.go(this.position, inside);
    this.#jump(inside);
  }

  /** Go to a place that is there already, without a word to the daemon; the next report tells it. @param {number} position */
  nudge(position) {
    if (this.landed) this.#jump(position);
  }

  /** The stream is no more, because the TV has it. */
  letGo() {
    if (this.phase !== "idle") this.#close();
  }

  /** End the stream; the encoder is gone when this resolves. The player lets go first, so that it asks for nothing that is gone. */
  async stop() {
    if (this.phase === "idle" || this.#isOffline()) return;
    const open = this.#opens;
    this.video.pause();
    this.#start = this.position;
    this.#landed = false;
    this.#engine.unload();
    try {
      await this.#connection.call("stop_hls_stream");
      if (open === this.#opens) this.#close();
    } catch (error) {
      if (open === this.#opens) this.#become("lost");
      toast(sentenceFor(error));
    }
  }

  /** Keep the place, for a reload. */
  keepPlace() {
    if (!this.film || this.phase === "idle") return;
    keepPlace({ film: this.film, stream_id: this.status?.stream_id, position: this.position, playing: this.playing });
  }

  // ── opening and closing ──────────────────────────────────────────────────────────────────────────

  /**
   * @param {Film} film @param {number} position @param {() => Promise<StreamStatus>} ask
   * @param {() => [number, boolean]} where to begin once it is there, and whether to play
   */
  async #open(film, position, ask, where) {
    if (this.#isOffline()) return;
    const open = this.#begin(film, position);
    try {
      const status = await ask();
      if (open !== this.#opens) return;
      this.status = status;
      await this.#show(status, ...where());
    } catch (error) {
      if (open === this.#opens) this.#fail(error);
    }
  }

  /** @param {Film} film @param {number} position */
  #begin(film, position) {
    const { media_id, path, title, video_codec, duration } = film;
    this.film = { media_id, path, title, video_codec, duration };
    this.status = null;
    this.#start = position;
    this.#landed = this.needsTap = this.#goesOn = this.leaves = false;
    this.touches += 1;
    this.#engine.unload();
    this.#become("opening");
    this.keepPlace();
    return ++this.#opens;
  }

  /** @param {StreamStatus} status @param {number} position @param {boolean} playing */
  async #show(status, position, playing) {
    this.#start = position;
    this.#keepPace();
    this.#become("ready");
    await this.#engine.load(new URL(status.url ?? "", location.href).href, position);
    if (playing) this.#play();
    this.keepPlace();
  }

  #play() {
    const needs = (/** @type {boolean} */ tap) => ((this.needsTap = tap), this.#changed());
    this.video.play().then(() => needs(false), (error) => error.name === "NotAllowedError" && needs(true));
  }

  #close() {
    this.#opens += 1;
    this.#engine.unload();
    this.film = this.status = null;
    this.needsTap = this.leaves = false;
    forgetPlace();
    this.#become("idle");
  }

  // ── after a reload or a broken connection ────────────────────────────────────────────────────────

  /** @param {boolean} resumed */
  async #restore(resumed) {
    const open = this.#opens;
    try {
      const status = resumed ? await this.#connection.call("hls_status") : null;
      if (open !== this.#opens) return;
      if (this.phase === "idle") await this.#restoreFresh(status);
      else if (this.phase === "ready") this.#restoreLive(status);
      else if (this.phase === "failed" && this.#goesOn) this.#takeUp(status);
    } catch {
      // The connection broke again; the next register comes here again.
    }
  }

  /** A page that was just loaded. @param {StreamStatus | null} status */
  async #restoreFresh(status) {
    const place = keptPlace();
    const mine = place && status?.stream_id === place.stream_id;
    if (status?.timeline && status.state !== "idle") {
      const position = mine ? place.position : this.#placeOf(status);
      this.film = mine ? place.film : { ...status.item, title: status.title ?? "", duration: status.duration };
      if (status.state === "failed" && status.error) return this.#fail(asError(status.error), position);
      toast(text.player.resumed(this.film.title, clockTime(position)));
      this.status = status;
      await this.#show(status, position, mine ? place.playing : status.timeline.playing);
    } else if (place) {
      this.film = place.film;
      this.#start = place.position;
      this.#become("lost");
    }
  }

  /** A page whose connection was away. @param {StreamStatus | null} status */
  #restoreLive(status) {
    if (status && status.stream_id === this.status?.stream_id) {
      this.status = status;
      this.#keepPace();
      this.#engine.release(this.position);
      this.#changed();
    } else if (this.playing || this.#isOurFilm(status)) this.#takeUp(status);
    else this.#lose();
  }

  /** Go on at our own second: with the stream that a restarted daemon has opened again, or with a new one. @param {StreamStatus | null} status */
  #takeUp(status) {
    if (!status || !this.#isOurFilm(status)) return this.retry();
    const [position, playing] = [this.position, this.playing || this.phase === "failed"];
    this.#opens += 1;
    this.#landed = this.needsTap = this.#goesOn = false;
    this.status = status;
    void this.#show(status, position, playing);
  }

  /** @param {StreamStatus | null} status */
  #isOurFilm(status) {
    if (!status?.url || !this.film || status.state === "failed") return false;
    return JSON.stringify(status.item) === JSON.stringify(refOf(this.film));
  }

  /** The session is over, and the film stands still: it is opened again when it is to go on. */
  #lose() {
    this.#start = this.position;
    this.#become("lost");
    this.#engine.unload();
  }

  /** While the connection is away nothing is fetched: whether the stream still is there will be known when it is back. */
  #onConnection() {
    const { kind } = this.#connection.state;
    if (kind !== "connected") this.#engine.hold();
    if (kind === "waiting" && this.phase === "failed" && this.#goesOn) {
      this.problem = text.errors.interrupted;
      this.#changed();
    }
    if ((kind === "replaced" || kind === "unpaired") && this.phase !== "idle") this.#lose();
  }

  // ── what happens to it ───────────────────────────────────────────────────────────────────────────

  /** @param {StreamStatus} status */
  #onChanged(status) {
    if (this.leaves && status.state === "idle") return this.letGo();
    if (this.phase !== "ready" || status.stream_id !== this.status?.stream_id) return;
    this.status = status;
    this.#keepPace();
    this.#changed();
  }

  /** @param {{stream_id: string, error: import("./rpc.js").WireError}} failure */
  #onFailed({ stream_id, error }) {
    if (this.phase === "ready" && stream_id === this.status?.stream_id) this.#fail(asError(error));
  }

  /** @param {import("./engine.js").Trouble} trouble @param {boolean} playing */
  #onTrouble(trouble, playing) {
    if (this.phase !== "ready") return;
    const away = trouble === "network_failed" || trouble === "stream_gone";
    if (away && !playing) return this.#lose();
    this.#goesOn = away;
    this.#fail(new CommandError(trouble, trouble));
    this.#onConnection();
  }

  /** @param {number} position @param {CommandError} error */
  #onSeekRefused(position, error) {
    if (this.phase !== "ready") return;
    if (error.name === "no_stream") this.#fail(error);
    else {
      this.#jump(position);
      toast(sentenceFor(error));
    }
  }

  /** @param {unknown} error @param {number} [position] */
  #fail(error, position = this.position) {
    this.#start = position;
    this.problem = sentenceFor(error);
    this.#become("failed");
    this.#engine.unload();
    this.keepPlace();
  }

  // ── small things ─────────────────────────────────────────────────────────────────────────────────

  /** Where the daemon says that a stream is. @param {StreamStatus | null} status */
  #placeOf(status) {
    return status?.timeline ? positionAt(status.timeline, this.#connection.serverNow(), status.duration) : 0;
  }

  /** The player goes as fast as the stream's timeline; a new source would set it back to its default. */
  #keepPace() {
    this.video.defaultPlaybackRate = this.video.playbackRate = this.status?.timeline?.rate ?? 1;
  }

  /** @param {number} position */
  #jump(position) {
    if (!this.#landed) this.#start = position;
    this.#engine.seek(position);
    this.#changed();
  }

  /** The film pauses without a connection, too; then the next report tells. @param {string} method */
  async #tell(method) {
    try {
      await this.#connection.call(method);
    } catch (error) {
      if (error instanceof CommandError && error.name === "no_stream") this.#fail(error);
      else if (error instanceof CommandError && error.name !== "offline") toast(sentenceFor(error));
    }
  }

  /** Refuse, visibly. */
  #isOffline() {
    const offline = this.#connection.state.kind !== "connected";
    if (offline) toast(text.errors.offline);
    return offline;
  }

  /** @param {Phase} phase */
  #become(phase) {
    this.phase = phase;
    if (phase !== "ready") this.bridge.end();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
