/**
 * Feeds a stream to the <video>: a film that is given as a file goes to the browser's own player, HLS to hls.js
 * wherever that works, and to the browser only where it does not.
 *
 * `undecodable` and `unsupported` say that the browser cannot play what it was given: another delivery may do.
 *
 * @typedef {"stream_gone" | "undecodable" | "unsupported" | "network_failed" | "no_player" | "player_missing"} Trouble
 */

import { hasMediaSource } from "./capabilities.js";
import { mendStuckSeeks } from "./stuck_seek.js";
import { Throughput } from "./throughput.js";
import { HLS_SCRIPT, HLS_WORKER } from "./vendored.js";

const NATIVE = "application/vnd.apple.mpegurl";
const PLAYLIST = /\.m3u8$/;
/** B-frames let the picture begin a moment after 0, and Safari's kin stumble over that gap. Asked for a place after 0, hls.js steps over it at once. */
const BEGINNING = 0.01;
const HELD = 25_000;
/** Milliseconds: the daemon holds a request for a segment that is on its way for up to 20 s. */
const RETRY = { maxNumRetry: 8, retryDelayMs: 1000, maxRetryDelayMs: 5000 };
const LOAD_POLICY = {
  default: { maxTimeToFirstByteMs: HELD, maxLoadTimeMs: 120_000, timeoutRetry: RETRY, errorRetry: { ...RETRY, shouldRetry } },
};
const AHEAD = 30;
/** Seconds of film that are fetched ahead. */
const KEPT = 3;
/** Seconds for which what is fetched still plays when the film is made in another way: the box needs some of them. */
const MENDS = 2;
/** How often a decoding error is mended before the film counts as failed, and the milliseconds after which one is forgotten. */
const MENDED_AFTER = 30_000;
const UNSUPPORTED = ["manifestIncompatibleCodecsError", "bufferAddCodecError", "bufferIncompatibleCodecsError"];

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
  /** How fast segments arrive. */
  throughput = new Throughput();
  #video;
  #onTrouble;
  #onTracks;
  /** @type {any} */
  #hls = null;
  /** Where the stream is to begin, until the browser's own player has it. */
  #start = 0;
  #loads = 0;
  #mends = 0;
  #mendedAt = 0;
  /** How often the present stream was made anew. */
  #renewals = 0;

  /**
   * @param {HTMLVideoElement} video @param {(trouble: Trouble, playing: boolean) => void} onTrouble `playing`: it ran until then
   * @param {() => void} onTracks called when tracks of the stream have become known
   */
  constructor(video, onTrouble, onTracks) {
    this.#video = video;
    this.#onTrouble = onTrouble;
    this.#onTracks = onTracks;
    mendStuckSeeks(video);
    video.addEventListener("error", () => this.#hls || !video.hasAttribute("src") || void this.#explain(video.src));
    video.addEventListener("loadedmetadata", () => this.#hls || this.#begin());
  }

  /** hls.js, while it feeds the player. @returns {any} */
  get hls() {
    return this.#hls;
  }

  /** Show a stream from a position on. Resolves when the player has it; playing is for the caller. @param {string} url @param {number} position */
  async load(url, position) {
    this.unload();
    const load = this.#loads;
    this.#start = position;
    if (!PLAYLIST.test(new URL(url).pathname)) {
      this.#video.src = url;
      return;
    }
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

  /**
   * The same stream is made in another way from now on: what is fetched of its picture is let go, but for the next
   * seconds. Called while it holds; resolves when it may go on. The browser's own player cannot do that, and plays what
   * it has.
   */
  async renew() {
    const hls = this.#hls;
    const at = this.#video.currentTime + KEPT * this.#video.playbackRate;
    /** @type {{start: number}[]} */
    const segments = hls?.levels[hls.loadLevel]?.details?.fragments ?? [];
    const first = segments.find(({ start }) => start >= at);
    this.#renewals += 1;
    if (!first || this.#video.videoWidth === 0) return; // where there is no picture, hls.js would not answer
    const { BUFFER_FLUSHED, BUFFER_FLUSHING, MEDIA_DETACHING } = hls.constructor.Events;
    await new Promise((resolve) => {
      for (const event of [BUFFER_FLUSHED, MEDIA_DETACHING]) hls.once(event, resolve);
      hls.trigger(BUFFER_FLUSHING, { startOffset: first.start, endOffset: Infinity, type: "video" });
    });
  }

  /** Let go of the stream. Called within a tap it also earns the leave to play with sound, which Safari gives to `load`. */
  unload() {
    this.#loads += 1;
    this.#mends = this.#renewals = 0;
    this.#hls?.destroy();
    this.#hls = null;
    this.throughput.forget();
    this.#video.removeAttribute("src");
    this.#video.load();
    this.#video.currentTime = 0; // Chromium would begin the next film where this one was to begin
  }

  /** The browser's own player has the stream. */
  #begin() {
    if (this.#start >= BEGINNING) this.#video.currentTime = this.#start;
    if (this.#video.videoWidth === 0 && !PLAYLIST.test(new URL(this.#video.src).pathname)) void this.#missPicture(this.#video.src);
    this.#onTracks();
  }

  /** @param {any} Hls @param {string} url @param {number} position */
  #loadHls(Hls, url, position) {
    const hls = new Hls({
      workerPath: HLS_WORKER,
      startPosition: Math.max(position, BEGINNING),
      maxBufferLength: AHEAD,
      maxMaxBufferLength: AHEAD,
      backBufferLength: 60,
      fragLoadPolicy: LOAD_POLICY,
      xhrSetup: (/** @type {XMLHttpRequest} */ request, /** @type {string} */ place) => this.#address(request, place),
    });
    this.#hls = hls;
    hls.subtitleDisplay = false; // the page shows them itself
    hls.on(Hls.Events.ERROR, (/** @type {string} */ _name, /** @type {any} */ error) => error.fatal && this.#mend(Hls, error));
    hls.on(Hls.Events.FRAG_LOADED, (/** @type {string} */ _name, /** @type {any} */ { frag }) => this.throughput.add(frag.stats));
    for (const event of [Hls.Events.MANIFEST_PARSED, Hls.Events.AUDIO_TRACKS_UPDATED, Hls.Events.SUBTITLE_TRACKS_UPDATED]) hls.on(event, this.#onTracks);
    hls.loadSource(url);
    hls.attachMedia(this.#video);
    this.#video.currentTime = Math.max(position, BEGINNING); // else the first picture of the segment would flash up
  }

  /** What was fetched once the browser keeps: what is made anew is asked for by another address. @param {XMLHttpRequest} request @param {string} url */
  #address(request, url) {
    if (this.#renewals > 0 && !PLAYLIST.test(new URL(url).pathname)) request.open("GET", `${url}?again=${this.#renewals}`);
  }

  /** @param {any} Hls @param {{type: string, details: string, response?: {code?: number}}} error */
  #mend(Hls, error) {
    if (error.type === Hls.ErrorTypes.NETWORK_ERROR) {
      this.#onTrouble(error.response?.code === 404 ? "stream_gone" : "network_failed", !this.#video.paused);
      return;
    }
    if (UNSUPPORTED.includes(error.details)) return this.#onTrouble("unsupported", !this.#video.paused);
    const now = performance.now();
    if (now - this.#mendedAt > MENDED_AFTER) this.#mends = 0;
    this.#mendedAt = now;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && this.#mends++ < MENDS) this.#hls.recoverMediaError();
    else this.#onTrouble("undecodable", !this.#video.paused);
  }

  /** The browser's own player does not say whether the film, the stream or the network is at fault. @param {string} url */
  async #explain(url) {
    const [load, playing] = [this.#loads, !this.#video.paused];
    const cannot = this.#video.error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED ? "unsupported" : "undecodable";
    const answer = await ask(url);
    const trouble = answer?.ok ? cannot : answer?.status === 404 ? "stream_gone" : "network_failed";
    if (load === this.#loads) this.#onTrouble(trouble, playing);
  }

  /** A browser that cannot decode a file's picture may play its sound alone, without a word. @param {string} url */
  async #missPicture(url) {
    const load = this.#loads;
    const answer = await ask(url);
    const hasPicture = answer?.headers.get("content-type")?.startsWith("video/");
    if (load === this.#loads && hasPicture) this.#onTrouble("unsupported", !this.#video.paused);
  }
}

/** Whether something is there, and what. @param {string} url @returns {Promise<Response | null>} null when nothing answers */
function ask(url) {
  const method = PLAYLIST.test(new URL(url).pathname) ? "GET" : "HEAD";
  return fetch(url, { method, cache: "no-store" }).catch(() => null);
}
