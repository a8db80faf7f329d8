import { QUALITIES, RATES } from "./choices.js";
import { explainDelivery } from "./delivery.js";
import { clockTime } from "./format.js";
import { sheet } from "./sheet.js";
import { text } from "./text.js";
import { audioWords, isText, subtitleWords } from "./tracks.js";

/**
 * @typedef {import("./choices.js").Choices} Choices @typedef {import("./playback.js").Playback} Playback
 * @typedef {import("./sheet.js").Page} Page @typedef {import("./sheet.js").Option} Option
 */

const words = text.choices;

/** The sheet of what can be chosen for the film that plays here. @param {Playback} playback @param {Choices} choices @param {import("./tv.js").Tv} tv */
export function settings(playback, choices, tv) {
  const made = sheet(words.title, () => pages(playback, choices), "mine");
  choices.addEventListener("change", made.draw);
  playback.video.addEventListener("resize", made.draw);
  playback.video.addEventListener("ratechange", made.draw);
  playback.addEventListener("change", () => playback.phase === "idle" && made.close());
  tv.addEventListener("change", () => tv.askToMe && made.close()); // who asks for the TV has 15 seconds
  return made;
}

/** @param {Playback} playback @param {Choices} choices @returns {Page[]} */
function pages(playback, choices) {
  return [audio(choices), subtitles(choices), speed(choices.rate, (rate) => void choices.go(rate)), quality(playback, choices), ...chapters(playback)];
}

/** @param {Choices} choices @returns {Page} */
function audio(choices) {
  return soundPage(choices.audio, choices.audioTrack, (id) => void choices.hear(id));
}

/** @param {import("./wire.js").AudioTrack[]} tracks @param {number} present @param {(id: number) => void} hear @returns {Page} */
export function soundPage(tracks, present, hear) {
  const options = tracks.map((track) => {
    const [name, detail] = audioWords(track);
    return { key: String(track.id), name, detail, chosen: track.id === present, act: () => hear(track.id) };
  });
  return { ...page("audio", "sound", options), note: options.length ? "" : words.noAudio };
}

/** @param {Choices} choices @returns {Page} */
function subtitles(choices) {
  const { burns, subtitleTrack } = choices;
  const made = textPage(choices.subtitles, subtitleTrack, (id) => void choices.read(id));
  const present = choices.subtitles.find(({ id }) => id === subtitleTrack);
  const drawn = { key: "burn", name: words.burn, detail: words.burnDetail, chosen: burns, act: () => void choices.read(subtitleTrack, !burns) };
  return present && isText(present) ? { ...made, switches: [drawn] } : made;
}

/** @param {import("./wire.js").SubtitleTrack[]} tracks @param {number} present @param {(id: number) => void} read @returns {Page} */
export function textPage(tracks, present, read) {
  const named = tracks.map((track) => {
    const [name, detail] = subtitleWords(track);
    return { key: String(track.id), name, detail, chosen: track.id === present, act: () => read(track.id) };
  });
  const off = { key: "off", name: words.off, chosen: present < 0, act: () => read(-1) };
  return { ...page("subtitles", "captions", [off, ...named]), note: tracks.length ? "" : words.noSubtitles };
}

/** @param {number} rate @param {(rate: number) => void} go @returns {Page} */
export function speed(rate, go) {
  const options = RATES.map((one) => ({
    key: String(one), name: words.times(one), detail: one === 1 ? words.usual : "", chosen: one === rate, act: () => go(one),
  }));
  return { ...page("speed", "gauge", options), value: words.times(rate) };
}

/** @param {Playback} playback @param {Choices} choices @returns {Page} */
function quality(playback, choices) {
  const { status, film, video } = playback;
  const options = QUALITIES.map((one) => ({
    key: one, name: words.qualities[one] ?? one, detail: words.qualityDetails[one] ?? "", chosen: one === choices.quality, act: () => void choices.show(one),
  }));
  const size = video.videoHeight ? `${video.videoWidth} × ${video.videoHeight}` : words.soundOnly;
  const why = explainDelivery(status?.delivery, film?.video_codec, status?.tracks);
  const made = page("quality", "film", options);
  const now = playback.landed && video.videoHeight ? ` · ${video.videoHeight}p` : "";
  return { ...made, value: choices.quality === "auto" ? made.value + now : made.value, note: playback.landed ? words.now(size, why) : words.changing };
}

/** @param {Playback} playback @returns {Page[]} */
function chapters(playback) {
  const all = playback.status?.chapters ?? [];
  if (!all.length) return [];
  const at = all.findLastIndex(({ start }) => start <= playback.position + 0.05);
  const options = all.map(({ start, title }, index) => ({
    key: String(index), name: title || words.chapter(index + 1), detail: clockTime(start), chosen: index === at, closes: true,
    act: () => playback.seek(start),
  }));
  return [page("chapters", "list", options)];
}

/** @param {"audio" | "subtitles" | "speed" | "quality" | "chapters"} key @param {import("./icons.js").IconName} icon @param {Option[]} options @returns {Page} */
function page(key, icon, options) {
  return { key, name: words[key], icon, options, value: options.find(({ chosen }) => chosen)?.name ?? "" };
}
