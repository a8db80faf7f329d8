/**
 * The deck: what is in this device's player, where it stands and how it looks there. It asks nobody and decides nothing.
 *
 *     idle ──begin──▶ opening ──show──▶ ready ──close──▶ idle
 *                        │  │    ┌──show─┘ │ switchTo: the same film in another way, at the same second
 *                        │  └──▶ waiting   │
 *                        └──▶ failed ◀─────┴───▶ lost
 *
 * `waiting` is the line of those for whom a film has to be made: nothing is fetched, and the film is shown when its turn
 * comes. A film that plays may come into line, too; it stays `ready` while there is something to play.
 *
 * @typedef {"idle" | "opening" | "waiting" | "ready" | "failed" | "lost"} Phase
 * @typedef {import("./place.js").Film} Film
 * @typedef {import("./wire.js").StreamStatus} StreamStatus
 */

import { Bridge } from "./bridge.js";
import { Engine } from "./engine.js";
import { sentenceFor } from "./errors.js";
import { refOf } from "./item_ref.js";
import { forgetPlace, keepPlace } from "./place.js";

const SWITCHED = 20_000;
/** Milliseconds for which the last picture stays while the film goes on in another way. */
const CLOSE = 1;
/** Seconds before the place that is meant at which a player has arrived. */

/** Fires `change` whenever something about it may look different. */
export class Deck extends EventTarget {
  /** @type {Phase} */
  phase = "idle";
  /** @type {Film | null} */
  film = null;
  /** @type {StreamStatus | null} */
  status = null;
  /** What went wrong, in words. */
  problem = "";
  /** Whether the browser wants a tap before it makes a sound. */
  needsTap = false;
  /** Another number whenever something else is to be shown. */
  turn = 0;
  /** Where the present stream is to begin; the truth until the player got there. */
  #start = 0;
  #landed = false;
  /** Whether it is to play as soon as it can. */
  #wanted = false;

  /** @param {HTMLVideoElement} video @param {(trouble: import("./engine.js").Trouble, playing: boolean) => void} onTrouble */
  constructor(video, onTrouble) {
    super();
    this.video = video;
    this.bridge = new Bridge(video, () => this.changed());
    this.engine = new Engine(video, (trouble, moved) => onTrouble(trouble, this.#landed ? moved : this.#wanted), () => this.changed());
    video.addEventListener("playing", () => video.currentTime > this.#start - CLOSE && this.#land());
    video.addEventListener("seeked", () => this.#land());
    for (const event of ["waiting", "seeking", "progress"]) video.addEventListener(event, () => this.status?.waiting && this.changed());
  }

  /** Seconds into the film. */
  get position() {
    return this.landed ? this.video.currentTime : this.#start;
  }

  get duration() {
    return this.status?.duration ?? this.film?.duration ?? 0;
  }

  get playing() {
    if (this.phase === "waiting") return this.#wanted;
    return this.phase === "opening" || this.bridge.stands || (this.phase === "ready" && !this.video.paused && !this.video.ended);
  }

  /** Whether it moves, or is to as soon as it can. */
  get moves() {
    return this.landed ? !this.video.paused : this.#wanted;
  }

  /** Whether the player stands where it was told to: before that its clock means nothing. */
  get landed() {
    return this.phase === "ready" && this.#landed;
  }

  /** Whether a stream is here, though it may have to wait for its turn. */
  get isThere() {
    return this.phase === "ready" || this.phase === "waiting";
  }

  /** Whether it waits for its turn, and there is nothing to play meanwhile. */
  get inLine() {
    if (this.phase === "waiting") return true;
    const isDry = this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !this.video.ended;
    return this.phase === "ready" && this.status?.state === "waiting" && isDry;
  }

  /** @param {StreamStatus | null | undefined} status @returns {status is StreamStatus} */
  isOurFilm(status) {
    if (!status?.url || !this.film || status.state === "failed") return false;
    return JSON.stringify(status.item) === JSON.stringify(refOf(this.film));
  }

  /** Know more of the film than before. @param {Partial<Film>} facts */
  learn(facts) {
    this.film = this.film && { ...this.film, ...facts };
    this.changed();
  }

  /** Keep the place, for a reload. */
  keepPlace() {
    if (!this.film || this.phase === "idle") return;
    keepPlace({ film: this.film, stream_id: this.status?.stream_id, position: this.position, playing: this.playing });
  }

  // ── what is put in and taken out ─────────────────────────────────────────────────────────────────

  /** Another film is wanted; nothing of it is there yet. @param {Film} film @param {number} position */
  begin(film, position) {
    const { media_id, path, title, video_codec, duration } = film;
    this.film = { media_id, path, title, video_codec, duration };
    this.status = null;
    this.#start = position;
    this.#landed = this.needsTap = false;
    this.engine.unload();
    this.become("opening");
    this.keepPlace();
    return ++this.turn;
  }

  /** Play a stream, as soon as it is its turn. @param {StreamStatus} status @param {number} position @param {boolean} playing */
  async show(status, position, playing) {
    const turn = ++this.turn;
    this.status = status;
    this.#start = position;
    this.#landed = this.needsTap = false;
    this.#wanted = playing;
    this.#keepPace();
    if (status.state === "waiting") return this.wait();
    this.become("ready");
    await this.engine.load(new URL(status.url ?? "", location.href).href, position);
    if (turn !== this.turn) return;
    if (this.#wanted) this.play();
    this.keepPlace();
  }

  /** Let go of what is in the player, and fetch nothing until it is our turn. */
  wait() {
    this.#wanted = this.moves;
    this.rest();
    this.become("waiting");
    this.keepPlace();
  }

  /** Go on with the same film, delivered in another way, at the same second and as it was. @param {StreamStatus} status @param {boolean} [playing] */
  switchTo(status, playing = this.moves) {
    this.stand();
    void this.show(status, this.#start, playing);
  }

  /** The same stream has changed in place. While it is in line, what would be fetched is not made. @param {StreamStatus} status */
  update(status) {
    const waited = this.status?.state === "waiting";
    this.status = status;
    this.#keepPace();
    if (status.state === "waiting") this.engine.hold();
    else if (waited) this.fetch();
    this.changed();
  }

  /** Fetch from where it is, unless it has to wait for its turn. */
  fetch() {
    if (this.status?.state !== "waiting") this.engine.release(this.position);
  }

  /** Stand still where it is; the last picture stays until there is another. */
  stand() {
    this.#start = this.position;
    this.#landed = false;
    this.bridge.build(SWITCHED, true);
  }

  /** Let go of the stream, and know where it was. */
  rest() {
    this.#start = this.position;
    this.#landed = false;
    this.engine.unload();
  }

  close() {
    this.turn += 1;
    this.engine.unload();
    this.film = this.status = null;
    this.needsTap = false;
    forgetPlace();
    this.become("idle");
  }

  /** @param {unknown} error @param {number} [position] */
  fail(error, position = this.position) {
    this.#start = position;
    this.problem = sentenceFor(error);
    this.become("failed");
    this.engine.unload();
    this.keepPlace();
  }

  /** The stream is gone, and the film stands still: it is opened again when it is to go on. @param {number} [position] */
  lose(position = this.position) {
    this.#start = position;
    this.become("lost");
    this.engine.unload();
  }

  /** The player got where it was told to. It may move a moment before it jumps there: that is not it. */
  #land() {
    this.#landed = this.phase === "ready";
    if (this.#landed) this.bridge.cross();
  }

  // ── how it moves ─────────────────────────────────────────────────────────────────────────────────

  play() {
    this.#wanted = true;
    const needs = (/** @type {boolean} */ tap) => ((this.needsTap = tap), this.changed());
    this.video.play().then(() => needs(false), (error) => error.name === "NotAllowedError" && needs(true));
  }

  pause() {
    this.#wanted = false;
    this.video.pause();
  }

  /** @param {number} position */
  jump(position) {
    if (!this.#landed) this.#start = position;
    this.engine.seek(position);
    this.changed();
  }

  /** The player goes as fast as the stream's timeline; a new source would set it back to its default. */
  #keepPace() {
    this.video.defaultPlaybackRate = this.video.playbackRate = this.status?.timeline?.rate ?? 1;
  }

  /** @param {Phase} phase */
  become(phase) {
    this.phase = phase;
    if (phase !== "ready") this.bridge.end();
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
