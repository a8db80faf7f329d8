/** How a film reaches this browser, and why, in words. */

import { canPlay } from "./capabilities.js";
import { codecName } from "./codecs.js";
import { text } from "./text.js";
import { heard } from "./tracks.js";

/** @typedef {import("./wire.js").Item} Item @typedef {import("./wire.js").Delivery} Delivery @typedef {import("./wire.js").Tracks} Tracks */

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

/** While it plays, and also why it is not the file itself that plays. @param {Delivery | undefined} delivery @param {string | undefined} videoCodec @param {Tracks | undefined} tracks */
export function explainDelivery(delivery, videoCodec, tracks) {
  if (!delivery) return "";
  return delivery.mode === "remux" ? because(delivery, videoCodec, tracks, text.delivery.passed) : presentDelivery(delivery, videoCodec, tracks);
}

/** @param {Delivery} delivery @param {string | undefined} videoCodec @param {Tracks | undefined} tracks @param {string} lead */
function sentence(delivery, videoCodec, tracks, lead) {
  return delivery.mode === "transcode" ? because(delivery, videoCodec, tracks, lead) : text.delivery[delivery.mode];
}

/** @param {Delivery} delivery @param {string | undefined} videoCodec @param {Tracks | undefined} tracks @param {string} lead */
function because(delivery, videoCodec, tracks, lead) {
  const audioCodec = heard(tracks)?.codec ?? "";
  const facts = { video: codecName(videoCodec ?? ""), audio: codecName(audioCodec) };
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
    const known = codecName(codecs[kind]);
    (canPlay(codecs[kind]) ? unfit : lacking).push(kind === "audio" ? text.sound(known) : known);
  }
  return [...(lacking.length ? [text.cannotPlay(lacking)] : []), ...(unfit.length ? [text.cannotStream(unfit)] : [])];
}

function other() {
  return text.otherReason;
}
