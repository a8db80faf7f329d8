/**
 * Feeds a stream to the <video>: hls.js wherever it works, the browser's own HLS only where it does not.
 *
 * @typedef {"stream_gone" | "media_failed" | "network_failed" | "no_player" | "player_missing"} Trouble
 */

import { hasMediaSource } from "./capabilities.js";
import { mendStuckSeeks } from "./stuck_seek.js";
import { HLS_SCRIPT, HLS_WORKER } from "./vendored.js";

const NATIVE = "application/vnd.apple.mpegurl";
/** B-frames let the picture begin a moment after 0, and Safari's kin stumble over that gap. Asked for a place after 0, hls.js steps over it at once. */
const BEGINNING = 0.01;
const HELD = 25_000;
/** Milliseconds: the daemon holds a request for a segment that is on its way for up to 20 s. */
const RETRY = { maxNumRetry: 8, retryDelayMs: 1000, maxRetryDelayMs: 5000 };
const LOAD_POLICY = {
  default: { maxTimeToFirstByteMs: HELD, maxLoadTimeMs: 120_000, timeoutRetry: RETRY, errorRetry: { ...RETRY, shouldRetry } },
};
const MENDS = 2;
/** How often a decoding error is mended before the film counts as failed, and the seconds after which one is forgotten. */
const MENDED_AFTER = 30_000;

/** Not for a stream that is gone: 404 is final here. @param {any} _retry @param {number} _count @param {boolean} _timeout @param {{code?: number}} [response] @param {boolean} [retry] */
function shouldRetry(_retry, _count, _timeout, response, retry) {
  return response?.code === 503 || (response?.code !== 404 && Boolean(retry));
}

/** @type {Promise<any> | null} */
let loading = null;

/** Load hls.js once where it can work; called early, so that the first film does not wait for it. */
export function preload() {
  if (!hasMediaSource()) return Promise.resolve(null);
  loading ??= import(HLS_SCRIPT).then((module) => module.default);
  loading.catch(() => (loading = null));
  return loading;
}

export class Engine {
  #video;
  #onTrouble;
  /** @type {any} */
  #hls = null;
  /** Where the stream is to begin, until the browser's own player has it. */
  #start = 0;
  #loads = 0;
  #mends = 0;
  #mendedAt = 0;

  /** @param {HTMLVideoElement} video @param {(trouble: Trouble, playing: boolean) => void} onTrouble `playing`: it ran until then */
  constructor(video, onTrouble) {
    this.#video = video;
    this.#onTrouble = onTrouble;
    mendStuckSeeks(video);
    video.addEventListener("error", () => this.#hls || !video.hasAttribute("src") || void this.#explain(video.src));
    video.addEventListener("loadedmetadata", () => this.#hls || this.#start < BEGINNING || (video.currentTime = this.#start));
  }

  /** Show a stream from a position on. Resolves when the player has it; playing is for the caller. @param {string} url @param {number} position */
  async load(url, position) {
    this.unload();
    const load = this.#loads;
    this.#start = position;
    let Hls;
    try {
      Hls = await preload();
    } catch {
      if (load === this.#loads) this.#onTrouble("player_missing", false);
      return;
    }
    if (load !== this.#loads) return;
    if (Hls?.isSupported()) this.#loadHls(Hls, url, this.#start);
    else if (this.#video.canPlayType(NATIVE)) this.#video.src = url;
    else this.#onTrouble("no_player", false);
  }

  /** Go to a position; also before the player has the stream. @param {number} position */
  seek(position) {
    this.#start = position;
    this.#video.currentTime = position;
  }

  /** Fetch nothing more for now; what is there still plays. */
  hold() {
    this.#hls?.stopLoad();
  }

  /** Fetch again, from a position on. @param {number} position */
  release(position) {
    this.#hls?.startLoad(position);
  }

  /** Let go of the stream. Called within a tap it also earns the leave to play with sound, which Safari gives to `load`. */
  unload() {
    this.#loads += 1;
    this.#mends = 0;
    this.#hls?.destroy();
    this.#hls = null;
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  /** @param {any} Hls @param {string} url @param {number} position */
  #loadHls(Hls, url, position) {
    const hls = new Hls({
      workerPath: HLS_WORKER,
      startPosition: Math.max(position, BEGINNING),
      maxBufferLength: 30,
      backBufferLength: 60,
      fragLoadPolicy: LOAD_POLICY,
    });
    this.#hls = hls;
    hls.on(Hls.Events.ERROR, (/** @type {string} */ _name, /** @type {any} */ error) => error.fatal && this.#mend(Hls, error));
    hls.loadSource(url);
    hls.attachMedia(this.#video);
  }

  /** @param {any} Hls @param {{type: string, response?: {code?: number}}} error */
  #mend(Hls, error) {
    if (error.type === Hls.ErrorTypes.NETWORK_ERROR) {
      this.#onTrouble(error.response?.code === 404 ? "stream_gone" : "network_failed", !this.#video.paused);
      return;
    }
    const now = performance.now();
    if (now - this.#mendedAt > MENDED_AFTER) this.#mends = 0;
    this.#mendedAt = now;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && this.#mends++ < MENDS) this.#hls.recoverMediaError();
    else this.#onTrouble("media_failed", !this.#video.paused);
  }

  /** The browser's own player does not say whether the film, the stream or the network is at fault. @param {string} url */
  async #explain(url) {
    const [load, playing] = [this.#loads, !this.#video.paused];
    const trouble = await fetch(url, { cache: "no-store" }).then(
      ({ ok, status }) => (ok ? "media_failed" : status === 404 ? "stream_gone" : "network_failed"),
      () => /** @type {const} */ ("network_failed"),
    );
    if (load === this.#loads) this.#onTrouble(trouble, playing);
  }
}
