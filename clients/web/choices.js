/**
 * What a person chooses for the film that plays here: sound, subtitles, quality, speed. Each is shown at once as it was
 * chosen, and back as it was when the daemon refuses.
 *
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./playback.js").Playback} Playback
 * @typedef {import("./wire.js").SubtitleTrack} SubtitleTrack
 * @typedef {import("./wire.js").Quality} Quality
 * @typedef {{audio?: number, subtitle?: number, burns?: boolean, quality?: Quality, rate?: number}} Guess
 */

import { chooseSound, chooseSubtitles, onTextsMoved } from "./engine_tracks.js";
import { sentenceFor } from "./errors.js";
import { text } from "./text.js";
import { toast } from "./toast.js";
import { audioWords, heard, isPictures, isText, languageName, read, subtitleWords } from "./tracks.js";

const words = text.choices;

/** @type {Quality[]} */
export const QUALITIES = ["auto", "original", "1080p", "720p", "480p", "360p", "audio-only"];
/** What the wire allows, in steps that can be told apart. */
export const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 3, 4];

/** Fires `change` when something else is chosen. */
export class Choices extends EventTarget {
  #playback;
  /** What was chosen and is not answered yet. @type {Guess} */
  #guess = {};
  #wishes = 0;
  /** The subtitles that were on last, for the key that switches them. @type {number | null} */
  #last = null;
  /** The film that all this is about. */
  #film = "";

  /** @param {Playback} playback */
  constructor(playback) {
    super();
    this.#playback = playback;
    playback.addEventListener("change", () => this.#follow());
    onTextsMoved(playback.video, () => this.#follow());
  }

  get isThere() {
    return this.#playback.phase === "ready" && this.#playback.status !== null;
  }

  get audio() {
    return this.#playback.status?.tracks?.audio ?? [];
  }

  get subtitles() {
    return this.#playback.status?.tracks?.subtitles ?? [];
  }

  /** The id of the sound that is on. */
  get audioTrack() {
    return this.#guess.audio ?? heard(this.#playback.status?.tracks)?.id ?? 0;
  }

  /** The id of the subtitles that are on; -1 for none. */
  get subtitleTrack() {
    return this.#guess.subtitle ?? read(this.#playback.status?.tracks)?.id ?? -1;
  }

  /** Whether the subtitles are drawn into the picture. */
  get burns() {
    return this.#guess.burns ?? this.#playback.status?.delivery?.reasons?.includes("subtitles_burned_in") ?? false;
  }

  /** @returns {Quality} */
  get quality() {
    return this.#guess.quality ?? this.#playback.status?.quality ?? "auto";
  }

  get rate() {
    return this.#guess.rate ?? this.#playback.video.playbackRate;
  }

  /** Hear another track. @param {number} id */
  hear(id) {
    return this.#wish({ audio: id }, () => this.#playback.change("hls_set_tracks", { audio_track: id }));
  }

  /** Read other subtitles, or none (-1). Those that are pictures, or of which the daemon makes no text, are drawn into the picture. @param {number} id @param {boolean} [burn] */
  read(id, burn = false) {
    const track = this.subtitles.find((one) => one.id === id);
    const drawn = track !== undefined && (burn || !isText(track));
    if (id >= 0) this.#last = id;
    return this.#wish({ subtitle: id, burns: drawn }, () => this.#playback.change("hls_set_tracks", { subtitle_track: id, burn_in: drawn }));
  }

  /** @param {Quality} quality */
  show(quality) {
    return this.#wish({ quality }, () => this.#playback.change("hls_set_quality", { quality }));
  }

  /** @param {number} rate */
  go(rate) {
    return this.#wish({ rate }, () => this.#playback.setRate(rate));
  }

  /** The key that switches subtitles: off, or on as they were last, or as the film means them. */
  async toggleSubtitles() {
    const { subtitles, subtitleTrack } = this;
    if (!this.isThere || !subtitles.length) return toast(words.noSubtitles);
    const wanted = subtitles.find(({ id }) => id === this.#last) ?? likely(subtitles);
    const next = subtitleTrack >= 0 ? null : wanted;
    this.#last = subtitleTrack >= 0 ? subtitleTrack : this.#last;
    if (await this.read(next?.id ?? -1)) toast(next ? words.nowReading(named(subtitleWords(next))) : words.nowReading(words.off));
  }

  /** The key that goes on to the next sound. */
  async nextAudio() {
    const { audio, audioTrack } = this;
    if (!this.isThere || audio.length < 2) return toast(words.noOtherAudio);
    const next = audio[(audio.findIndex(({ id }) => id === audioTrack) + 1) % audio.length];
    if (await this.hear(next.id)) toast(words.nowHearing(named(audioWords(next))));
  }

  /** Resolves to whether it was done; if not, the person was told why. @param {Guess} guess @param {() => Promise<void>} act */
  async #wish(guess, act) {
    this.#guess = { ...this.#guess, ...guess };
    this.#wishes += 1;
    this.#changed();
    try {
      await act();
      return true;
    } catch (error) {
      toast(sentenceFor(error));
      return false;
    } finally {
      this.#wishes -= 1;
      if (this.#wishes === 0) this.#guess = {};
      this.#follow();
    }
  }

  /** Let the player hear and show what the stream has by now. */
  #follow() {
    const { engine, video, film, status } = this.#playback;
    const present = film?.media_id ?? film?.path ?? "";
    if (present !== this.#film) [this.#film, this.#last] = [present, null];
    if (this.isThere && status) {
      const { mode, reasons } = status.delivery ?? {};
      const shown = mode === "direct" || reasons?.includes("subtitles_burned_in") ? undefined : read(status.tracks);
      const sound = heard(status.tracks)?.id ?? 0;
      if (mode !== "direct" && !chooseSound(engine.hls, video, sound)) this.#playback.switchTo(status);
      chooseSubtitles(engine.hls, video, shown && isText(shown) ? shown.id : -1);
    }
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** What somebody who wants subtitles most likely means: in their own language, or marked, or the first; text before pictures. @param {SubtitleTrack[]} tracks */
function likely(tracks) {
  const whole = tracks.filter((track) => !track.forced);
  const among = whole.length ? whole : tracks;
  const texts = among.filter((track) => !isPictures(track));
  const own = (/** @type {SubtitleTrack} */ track) => languageName(track.language) === languageName(text.language);
  return texts.find(own) ?? among.find(own) ?? among.find((track) => track.default) ?? texts[0] ?? among[0];
}

/** @param {[string, string]} words */
function named([name, more]) {
  return more ? `${name} (${more})` : name;
}
