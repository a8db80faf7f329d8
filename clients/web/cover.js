import { h, label, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { text } from "./text.js";

/** @typedef {import("./playback.js").Playback} Playback */

const words = text.player;
const PATIENCE = 400;
/** Milliseconds before a wait is worth a word. */

/** What lies over the picture: the wait, the tap that the browser wants, the end, what went wrong. @param {Playback} playback */
export function cover(playback) {
  const { video } = playback;
  const title = h("p", { class: "cover-title" });
  const sentence = h("p", { class: "cover-words" });
  const spinner = h("span", { class: "spinner", "aria-hidden": "true" });
  const big = h("button", { class: "big-play", type: "button", onclick: () => playback.toggle() }, icon("play"));
  const retry = h("button", { class: "primary", type: "button", onclick: () => playback.retry() }, words.retry);
  const element = h("div", { class: "cover" }, spinner, big, title, h("div", { role: "status" }, sentence), retry);
  let waits = false;
  /** @type {number | undefined} */
  let timer;

  function draw() {
    const kind = kindOf(playback, waits);
    element.dataset.kind = kind;
    show(element, kind !== "none");
    show(spinner, kind === "preparing" || kind === "buffering");
    show(big, kind === "tap" || kind === "ended" || kind === "lost");
    show(title, kind === "failed");
    show(retry, kind === "failed");
    label(big, kind === "ended" ? words.again : words.play);
    say(title, words.failed);
    say(sentence, wordsFor(kind, playback));
  }

  /** @param {boolean} waiting */
  function wait(waiting) {
    clearTimeout(timer);
    timer = setTimeout(() => ((waits = waiting), draw()), waiting ? PATIENCE : 0);
  }

  video.addEventListener("waiting", () => wait(true));
  for (const event of ["playing", "seeked", "canplay", "pause"]) video.addEventListener(event, () => wait(false));
  for (const event of ["ended", "play", "playing", "emptied"]) video.addEventListener(event, draw);
  playback.addEventListener("change", draw);
  draw();
  return element;
}

/** @typedef {"none" | "preparing" | "buffering" | "tap" | "ended" | "lost" | "failed"} Kind */

/** @param {Playback} playback @param {boolean} waits @returns {Kind} */
function kindOf(playback, waits) {
  if (playback.phase === "failed" || playback.phase === "lost") return playback.phase;
  if (playback.phase === "opening") return "preparing";
  if (playback.inLine) return "none"; // the card of the line says it
  if (playback.bridge.stands && !playback.needsTap) return playback.bridge.waits && waits ? "buffering" : "none";
  if (playback.needsTap) return "tap";
  if (playback.video.ended) return "ended";
  if (playback.phase === "ready" && !playback.landed && playback.playing) return "preparing";
  return waits && playback.playing ? "buffering" : "none";
}

/** @param {Kind} kind @param {Playback} playback */
function wordsFor(kind, playback) {
  if (kind === "failed") return playback.problem;
  if (kind === "tap" || kind === "lost") return words.tap;
  if (kind === "none") return "";
  return words[kind];
}
