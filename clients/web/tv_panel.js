import { h, label, say, show } from "./dom.js";
import { sentenceFor } from "./errors.js";
import { clockTime, timeOfDay } from "./format.js";
import { icon } from "./icons.js";
import { asError } from "./rpc.js";
import { suggestButton, waitingList } from "./suggest.js";
import { text } from "./text.js";
import { tvAsk } from "./tv_ask.js";
import { tvControls } from "./tv_controls.js";
import { tvSettings } from "./tv_settings.js";

/** @typedef {import("./tv.js").Tv} Tv @typedef {import("./moves.js").Moves} Moves */

const words = text.tv;
const EVERY = 500;

/**
 * The TV, whole: who holds it, what it plays, and what this person may do about that.
 *
 * @typedef {{moves: Moves, suggestions: import("./suggestions.js").Suggestions,
 *   showQueue: (target: import("./wire.js").QueueTarget) => void}} Room
 * @param {Tv} tv @param {Room} room
 */
export function tvPanel(tv, { moves, suggestions, showQueue }) {
  const holder = h("p", { class: "tv-holder" });
  const title = h("p", { class: "tv-title" });
  const state = h("p", { class: "tv-state" });
  const line = h("div", { class: "tv-line", "aria-hidden": "true" });
  const controls = tvControls(tv);
  const ask = tvAsk(tv);
  const here = h("button", { class: "quiet", type: "button", onclick: () => void moves.continueHere() }, icon("phone"), words.continueHere);
  const queue = h("button", { class: "round tv-queue", type: "button", onclick: () => showQueue("server") }, icon("queue"));
  label(queue, text.queue.open);
  const sheet = tvSettings(tv);
  const tune = h("button", { class: "round tv-tune", type: "button", "aria-haspopup": "dialog", onclick: () => sheet.open() }, icon("tune"));
  label(tune, text.choices.open);
  const release = h("button", { class: "quiet", type: "button", onclick: () => void tv.release() }, words.release);
  const hint = h("p", { class: "tv-hint", id: "tv-hint" });
  const element = h(
    "section", { class: "tv-panel", id: "tv-panel", "aria-label": words.region },
    h("div", { class: "tv-head" }, icon("tv"), holder, h("div", { class: "tv-acts" }, tune, queue)), title, state, line, controls, ask, waitingList(suggestions),
    h("div", { class: "tv-more" }, here, suggestButton(tv, suggestions), release), hint, sheet.element,
  );
  here.setAttribute("aria-describedby", hint.id);

  function draw() {
    if (element.hidden) return;
    const { status } = tv;
    const item = Boolean(status?.item);
    say(holder, holderSentence(tv));
    say(title, tv.opening ? words.opening(tv.opening) : status?.title ?? "");
    show(title, title.textContent !== "");
    say(state, stateSentence(tv));
    show(line, item && !tv.isMine);
    line.style.setProperty("--played", `${status?.duration ? Math.min(100, (100 * tv.position) / status.duration) : 0}%`);
    show(controls, tv.isMine);
    show(tune, tv.isMine && item);
    show(here, item);
    show(release, tv.isMine);
    show(hint, item || tv.isMine);
    say(hint, !item ? words.choose : tv.isMine ? words.continueStops : words.continueStays);
  }

  tv.addEventListener("change", draw);
  new MutationObserver(draw).observe(element, { attributes: true, attributeFilter: ["hidden"] });
  setInterval(() => !document.hidden && draw(), EVERY);
  return element;
}

/** @param {Tv} tv */
function holderSentence(tv) {
  if (!tv.holder) return words.free;
  const since = timeOfDay(tv.since);
  return tv.isMine ? words.youHold(since) : words.holds(tv.holder.name, since);
}

/** @param {Tv} tv */
function stateSentence(tv) {
  const { status } = tv;
  if (!status) return "";
  const parts = [words.states[status.state] ?? ""];
  if (status.item) parts.push(`${clockTime(tv.position)} / ${clockTime(status.duration ?? 0)}`);
  if (!tv.isMine) parts.push(status.muted ? words.volumeMuted : words.volumeIs(status.volume));
  if (status.parked) parts.push(words.parked(status.parked));
  if (status.error) parts.push(sentenceFor(asError(status.error)));
  return parts.filter(Boolean).join(" · ");
}
