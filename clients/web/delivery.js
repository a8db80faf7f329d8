/** How a film reaches this browser, and why, in words. */

import { canPlay } from "./capabilities.js";
import { text } from "./text.js";

/** @typedef {import("./wire.js").Item} Item @typedef {import("./wire.js").Delivery} Delivery @typedef {import("./wire.js").Tracks} Tracks */

/** @type {Record<string, string>} */
const NAMES = {
  h264: "H.264", hevc: "HEVC", vp9: "VP9", vp8: "VP8", av1: "AV1", mpeg2video: "MPEG-2", mpeg4: "MPEG-4", vc1: "VC-1",
  aac: "AAC", ac3: "AC-3", eac3: "E-AC-3", opus: "Opus", mp3: "MP3", mp2: "MP2", flac: "FLAC", dts: "DTS",
  truehd: "TrueHD", vorbis: "Vorbis",
};

/** @type {Record<string, "video" | "audio">} */
const CODEC_REASONS = { video_codec_not_supported: "video", audio_codec_not_supported: "audio" };

/** Before it plays: "Will be converted: your browser cannot play HEVC". @param {Item} item */
export function plannedDelivery(item) {
  return item.delivery ? sentence(item.delivery, item.video_codec, item.tracks, text.delivery.will) : "";
}

/** While it plays. @param {Delivery | undefined} delivery @param {string | undefined} videoCodec @param {Tracks | undefined} tracks */
export function presentDelivery(delivery, videoCodec, tracks) {
  return delivery ? sentence(delivery, videoCodec, tracks, text.delivery.is) : "";
}

/** @param {Delivery} delivery @param {string | undefined} videoCodec @param {Tracks | undefined} tracks @param {string} lead */
function sentence(delivery, videoCodec, tracks, lead) {
  if (delivery.mode !== "transcode") return text.delivery[delivery.mode];
  const audioCodec = heard(tracks)?.codec ?? "";
  const facts = { video: name(videoCodec ?? ""), audio: name(audioCodec) };
  const reasons = delivery.reasons ?? [];
  const clauses = reasons.filter((reason) => !(reason in CODEC_REASONS)).map((reason) => (text.reasons[reason] ?? other)(facts));
  const codecs = codecClauses(reasons, { video: videoCodec ?? "", audio: audioCodec });
  return text.delivery.because(lead, [...codecs, ...new Set(clauses.filter(Boolean))]);
}

/**
 * Which of the film's codecs this browser lacks. One that it has can be unfit for streaming, and that is not its fault.
 *
 * @param {string[]} reasons
 * @param {{video: string, audio: string}} codecs
 */
function codecClauses(reasons, codecs) {
  /** @type {string[]} */
  const lacking = [];
  /** @type {string[]} */
  const unfit = [];
  for (const reason of reasons) {
    const kind = CODEC_REASONS[reason];
    if (!kind) continue;
    const known = name(codecs[kind]);
    (canPlay(codecs[kind]) ? unfit : lacking).push(kind === "audio" ? text.sound(known) : known);
  }
  return [...(lacking.length ? [text.cannotPlay(lacking)] : []), ...(unfit.length ? [text.cannotStream(unfit)] : [])];
}

function other() {
  return text.otherReason;
}

/** @param {Tracks | undefined} tracks */
function heard(tracks) {
  const audio = tracks?.audio ?? [];
  return audio.find((track) => track.selected) ?? audio.find((track) => track.default) ?? audio[0];
}

/** @param {string} codec */
function name(codec) {
  return NAMES[codec] ?? codec.toUpperCase();
}
