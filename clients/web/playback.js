/**
 * What plays here: opens, seeks, pauses and stops this device's own stream, follows what the daemon makes of it, and
 * says what became of it. What is in the player is the deck's business, see `deck.js`.
 *
 * @typedef {import("./place.js").Film} Film
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./wire.js").StreamStatus} StreamStatus
 */

import { Deck } from "./deck.js";
import { sentenceFor } from "./errors.js";
import { refOf } from "./item_ref.js";
import { positionAt } from "./place.js";
import { restoreAfter } from "./restoring.js";
import { asError, CommandError } from "./rpc.js";
import { Seeker } from "./seeker.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

const NEAR = 20;
/** Seconds within which a new stream of the same film goes on with it, and is not the film once more. */
/** The player's word for a trouble that another delivery may help. @type {Partial<Record<import("./engine.js").Trouble, string>>} */
const FAILURES = { undecodable: "decode", unsupported: "not_supported" };

/** Troubles that a player may have when it is given nothing, as long as its film waits for its turn. @type {Set<import("./engine.js").Trouble>} */
const MAY_BE_LACK = new Set(["network_failed", "undecodable", "unsupported"]);

export class Playback extends Deck {
  /** Grows whenever a person moves it: whoever wanted to adjust it then lets go. */
  touches = 0;
  /** Whether it is on its way to the TV, which ends it here. */
  leaves = false;
  /** Whether it goes on by itself when the connection is back: only the network stood in the way. */
  goesOn = false;
  /** How many wishes of ours are under way that may bring another stream of the same film, and what was shown at the last. */
  #changing = 0;
  #changed = 0;
  #connection;
  #seeker;

  /** @param {Connection} connection @param {HTMLVideoElement} video */
  constructor(connection, video) {
    super(video, (trouble, playing) => this.#onTrouble(trouble, playing));
    this.#connection = connection;
    this.#seeker = new Seeker(connection, (position, error) => this.#onSeekRefused(position, error));
    restoreAfter(connection, this);
    connection.addEventListener("state", () => this.#onConnection());
    connection.addEventListener("event:stream_failed", (event) => this.#onFailed(/** @type {CustomEvent} */ (event).detail));
    connection.addEventListener("event:stream_changed", (event) => this.#onChanged(/** @type {CustomEvent} */ (event).detail));
  }

  // ── what people want ─────────────────────────────────────────────────────────────────────────────

  /** Play a film from a position on, instead of whatever plays. @param {Film} film @param {number} [position] */
  async open(film, position = 0) {
    const wish = { item: refOf(film), position, delivery: "auto" };
    await this.#open(film, position, () => this.#connection.call("request_hls_stream", wish), () => [position, true]);
  }

  /** Play what the daemon begins for my queue. @param {Film} film @param {Promise<StreamStatus>} stream */
  async expect(film, stream) {
    /** @type {StreamStatus | null} */
    let began = null;
    await this.#open(film, 0, async () => (began = await stream), () => [this.placeOf(began), true]);
  }

  /** Go on with the stream that follows this one, which is over. @param {StreamStatus} status */
  async goOn(status) {
    this.film = { ...status.item, title: status.title ?? "", duration: status.duration };
    await this.show(status, 0, true);
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

  /** Watch at once what is offered to who waits in line. @param {import("./wire.js").Offer} offer */
  async take({ kind, quality, delivery, position }) {
    if (!this.film) return;
    const begin = kind === "join" ? position : this.position;
    const wish = { item: refOf(this.film), quality, delivery, position: begin };
    const [here, turn] = [this.position, this.turn + 1];
    await this.#open(this.film, begin, () => this.#connection.call("request_hls_stream", wish), () => [begin, true]);
    if (turn === this.turn && this.phase === "failed") await this.#goBack(here);
  }

  /** What was offered cannot be had: the place in the line is there still. @param {number} position */
  async #goBack(position) {
    const { turn, problem } = this;
    const now = await this.#connection.call("hls_status").catch(() => null);
    if (turn !== this.turn || !this.isOurFilm(now)) return;
    toast(problem);
    void this.show(now, position, true);
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
      this.play();
    } else if (this.video.paused) {
      this.play();
      void this.#tell("hls_resume");
    } else {
      this.pause();
      void this.#tell("hls_pause");
    }
  }

  /** Go to a position: at once here, and back if the daemon refuses. @param {number} position */
  seek(position) {
    const inside = Math.min(Math.max(position, 0), Math.max(0, this.duration - 0.1));
    this.touches += 1;
    if (this.phase === "idle" || this.phase === "opening" || this.#isOffline()) return;
    if (!this.isThere) {
      if (this.film) void this.open(this.film, inside);
      return;
    }
    this.#seeker.go(this.position, inside);
    this.jump(inside);
  }

  /** Go to a place that is there already, without a word to the daemon; the next report tells it. @param {number} position */
  nudge(position) {
    if (this.landed) this.jump(position);
  }

  /** Have the stream delivered in another way, and follow it; meanwhile nothing is fetched, since its address may die. Rejects as the command does. @param {string} method @param {object} params */
  async change(method, params) {
    const { turn } = this;
    const before = picture(this.status);
    this.touches += 1;
    this.engine.hold();
    try {
      this.adopt(await this.#whileChanging(() => this.#connection.call(method, params)));
      if (turn === this.turn && picture(this.status) !== before) await this.engine.renew();
    } finally {
      if (turn === this.turn) this.fetch();
    }
  }

  /** Go faster or slower: at once here, and back if the daemon refuses. @param {number} rate */
  async setRate(rate) {
    const { video } = this;
    const before = video.playbackRate;
    video.defaultPlaybackRate = video.playbackRate = rate;
    try {
      await this.#connection.call("hls_set_rate", { rate });
    } catch (error) {
      video.defaultPlaybackRate = video.playbackRate = before;
      throw error;
    }
  }

  /** The stream is no more, because the TV has it. */
  letGo() {
    if (this.phase === "idle") return;
    this.leaves = false;
    this.close();
  }

  /** End the stream; the encoder is gone when this resolves. The player lets go first, so that it asks for nothing that is gone. */
  async stop() {
    if (this.phase === "idle" || this.#isOffline()) return;
    const { turn } = this;
    this.pause();
    this.rest();
    try {
      await this.#whileChanging(() => this.#connection.call("stop_hls_stream"));
      if (turn === this.turn) this.letGo();
    } catch (error) {
      if (turn === this.turn) this.become("lost");
      toast(sentenceFor(error));
    }
  }

  /**
   * @param {Film} film @param {number} position @param {() => Promise<StreamStatus>} ask
   * @param {() => [number, boolean]} where to begin once it is there, and whether to play
   */
  async #open(film, position, ask, where) {
    if (this.#isOffline()) return;
    this.goesOn = this.leaves = false;
    this.touches += 1;
    const turn = this.begin(film, position);
    try {
      const status = await ask();
      if (turn === this.turn) await this.show(status, ...where());
    } catch (error) {
      if (turn === this.turn) this.fail(error);
    }
  }

  // ── after a reload or a broken connection ────────────────────────────────────────────────────────

  /** The same stream is still there after the connection was away. @param {StreamStatus} status */
  keepUp(status) {
    this.adopt(status);
    this.fetch();
  }

  /** Go on at our own second: with the stream that a restarted daemon has opened again, or with a new one. @param {StreamStatus | null} status */
  takeUp(status) {
    if (!this.isOurFilm(status)) return this.retry();
    this.goesOn = false;
    this.switchTo(status, this.playing || this.phase === "failed");
  }

  /** While the connection is away nothing is fetched: whether the stream still is there will be known when it is back. */
  #onConnection() {
    const { kind } = this.#connection.state;
    if (kind !== "connected") this.engine.hold();
    if (kind === "waiting" && this.phase === "failed" && this.goesOn) {
      this.problem = text.errors.interrupted;
      this.changed();
    }
    if ((kind === "replaced" || kind === "unpaired") && this.phase !== "idle") this.lose();
  }

  // ── what happens to it ───────────────────────────────────────────────────────────────────────────

  /** @param {StreamStatus} status */
  #onChanged(status) {
    if (this.leaves && status.state === "idle") return this.letGo();
    if (this.phase === "waiting" && status.state === "idle" && this.#changing === 0) return this.lose(); // nobody fetches and would notice
    if (status.stream_id === this.status?.stream_id || this.#continues(status)) this.adopt(status);
  }

  /** Whether a stream is the film that we see, delivered anew from where it is. @param {StreamStatus} status */
  #continues(status) {
    if (!this.isOurFilm(status) || this.video.ended) return false;
    return this.#changing > 0 || Math.abs((status.timeline?.position ?? 0) - this.position) < NEAR;
  }

  /** Follow what the daemon says of my stream: it may be to be had elsewhere now, at the same second, or its turn has come. @param {StreamStatus} status */
  adopt(status) {
    if (!this.isThere || !status.url) return;
    const waits = this.phase === "waiting";
    if (waits && status.error) this.fail(asError(status.error));
    else if (waits && status.state !== "waiting") void this.show(status, this.position, this.moves);
    else if (status.url === this.status?.url) this.update(status);
    else this.switchTo(status);
  }

  /** What is only passed on may fail where converting does not. @param {{stream_id: string, error: import("./rpc.js").WireError}} failure */
  #onFailed({ stream_id, error }) {
    if (!this.isThere || stream_id !== this.status?.stream_id || this.#changing > 0) return;
    if (this.status?.delivery?.mode === "remux") void this.#tryOtherwise("decode", this.moves, asError(error));
    else this.fail(asError(error));
  }

  /** @param {import("./engine.js").Trouble} trouble @param {boolean} playing */
  #onTrouble(trouble, playing) {
    if (this.phase !== "ready" || (this.#changing > 0 && this.turn === this.#changed)) return; // what comes instead is on its way
    if (this.status?.state === "waiting" && MAY_BE_LACK.has(trouble)) return this.wait();
    const failed = FAILURES[trouble];
    if (failed) void this.#tryOtherwise(failed, playing);
    else if (trouble === "stream_gone") void this.#lookForIt(playing);
    else this.#giveUp(trouble, playing);
  }

  /**
   * The player cannot go on: the daemon is told, and delivers the film in another way, if there is one.
   *
   * @param {string} failed @param {boolean} playing @param {CommandError} [error] what is said if there is none
   */
  async #tryOtherwise(failed, playing, error) {
    const { turn, position, status } = this;
    this.stand();
    this.engine.hold();
    const report = { position, playing, buffered_s: 0, failed, stream_id: status?.stream_id };
    const wish = () => this.#connection.call("hls_report", report).then(() => this.#connection.call("hls_status"));
    const now = await this.#whileChanging(wish).catch(() => null);
    if (turn !== this.turn || this.phase !== "ready") return;
    const another = JSON.stringify([now?.url, now?.delivery]) !== JSON.stringify([status?.url, status?.delivery]);
    if (another && this.isOurFilm(now)) this.switchTo(now, playing);
    else if (error) this.fail(error);
    else this.#giveUp("media_failed", playing);
  }

  /** The stream is not where it was: another may have taken its place. @param {boolean} playing */
  async #lookForIt(playing) {
    const { turn } = this;
    const now = await this.#connection.call("hls_status").catch(() => null);
    if (turn !== this.turn || this.phase !== "ready") return;
    if (now?.stream_id !== this.status?.stream_id && this.isOurFilm(now)) this.switchTo(now, playing);
    else this.#giveUp("stream_gone", playing);
  }

  /** @param {string} trouble @param {boolean} playing */
  #giveUp(trouble, playing) {
    const away = trouble === "network_failed" || trouble === "stream_gone";
    if (away && !playing) return this.lose();
    this.goesOn = away;
    this.fail(new CommandError(trouble, trouble));
    this.#onConnection();
  }

  /** @param {number} position @param {CommandError} error */
  #onSeekRefused(position, error) {
    if (!this.isThere) return;
    if (error.name === "no_stream") this.fail(error);
    else {
      this.jump(position);
      toast(sentenceFor(error));
    }
  }

  // ── small things ─────────────────────────────────────────────────────────────────────────────────

  /** Where the daemon says that a stream is. @param {StreamStatus | null} status */
  placeOf(status) {
    return status?.timeline ? positionAt(status.timeline, this.#connection.serverNow(), status.duration) : 0;
  }

  /** @template T @param {() => Promise<T>} wish */
  async #whileChanging(wish) {
    this.#changing += 1;
    this.#changed = this.turn;
    try {
      return await wish();
    } finally {
      this.#changing -= 1;
    }
  }

  /** The film pauses without a connection, too; then the next report tells. @param {string} method */
  async #tell(method) {
    try {
      await this.#connection.call(method);
    } catch (error) {
      if (error instanceof CommandError && error.name === "no_stream") this.fail(error);
      else if (error instanceof CommandError && error.name !== "offline") toast(sentenceFor(error));
    }
  }

  /** Refuse, visibly. */
  #isOffline() {
    const offline = this.#connection.state.kind !== "connected";
    if (offline) toast(text.errors.offline);
    return offline;
  }
}

/** How a stream's picture is made, to tell whether it is made in another way. @param {StreamStatus | null} status */
function picture(status) {
  return JSON.stringify([status?.quality, status?.delivery?.reasons]);
}
