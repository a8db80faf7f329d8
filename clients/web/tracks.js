/**
 * A film's tracks in words, and which of them are on.
 *
 * @typedef {import("./wire.js").AudioTrack} AudioTrack @typedef {import("./wire.js").SubtitleTrack} SubtitleTrack
 * @typedef {import("./wire.js").Tracks} Tracks
 */

import { codecName } from "./codecs.js";
import { text } from "./text.js";

const words = text.choices;
const PICTURES = ["hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"];
/** Subtitles that are pictures, by FFmpeg's names, for a daemon that does not tell the kind. */
const UNKNOWN = ["und", "mis", "zxx", "mul"];
/** The older names of ISO 639-2, which browsers do not know. @type {Record<string, string>} */
const OLDER = {
  ger: "de", fre: "fr", dut: "nl", chi: "zh", cze: "cs", gre: "el", slo: "sk", rum: "ro", baq: "eu", ice: "is", per: "fa", may: "ms",
  alb: "sq", arm: "hy", bur: "my", geo: "ka", mac: "mk", wel: "cy", tib: "bo", mao: "mi",
};
const languages = new Intl.DisplayNames([text.language], { type: "language", fallback: "none" });

/** The track that is heard: the one that was chosen, else the one that a player takes by itself. @param {Tracks | undefined} tracks */
export function heard(tracks) {
  const audio = tracks?.audio ?? [];
  return audio.find((track) => track.selected) ?? audio.find((track) => track.default) ?? audio[0];
}

/** The subtitles that were chosen. @param {Tracks | undefined} tracks */
export function read(tracks) {
  return tracks?.subtitles?.find((track) => track.selected);
}

/** Whether subtitles come as text, to be shown by the player. @param {SubtitleTrack} track */
export function isText(track) {
  return track.kind === "text";
}

/** Whether they are pictures, that only the box can draw. @param {SubtitleTrack} track */
export function isPictures(track) {
  return track.kind === "picture" || PICTURES.includes(track.codec);
}

/** Deutsch; nothing where that is not known. @param {string | undefined} tag ISO 639 or BCP 47 */
export function languageName(tag) {
  if (!tag || UNKNOWN.includes(tag.toLowerCase())) return "";
  try {
    return languages.of(OLDER[tag.toLowerCase()] ?? tag.replaceAll("_", "-")) ?? tag;
  } catch {
    return tag; // what a file's maker wrote into it may be anything
  }
}

/** A track's name, and what tells it apart from the others. @param {AudioTrack} track @returns {[string, string]} */
export function audioWords(track) {
  const language = languageName(track.language);
  const name = language || track.title || words.track(track.id + 1);
  const more = [track.title !== name && track.title, channels(track.channels), codecName(track.codec)];
  return [name, more.filter(Boolean).join(" · ")];
}

/** @param {SubtitleTrack} track @returns {[string, string]} */
export function subtitleWords(track) {
  const name = languageName(track.language) || track.title || words.track(track.id + 1);
  const more = [
    track.title !== name && track.title, track.forced && words.forced, track.hearing_impaired && words.hearingImpaired,
    track.external && words.external, isPictures(track) && words.pictures,
  ];
  return [name, more.filter(Boolean).join(" · ")];
}

/** Mono, stereo, 5.1. @param {number} count */
function channels(count) {
  if (count <= 2) return count === 1 ? words.mono : words.stereo;
  return count >= 6 ? `${count - 1}.1` : words.channels(count);
}
