import { h, say, show } from "./dom.js";
import { sentenceFor } from "./errors.js";
import { clockTime } from "./format.js";
import { icon } from "./icons.js";
import { asError } from "./rpc.js";
import { text } from "./text.js";
import { tvPanel } from "./tv_panel.js";

/** @typedef {import("./playback.js").Playback} Playback @typedef {import("./tv.js").Tv} Tv */

const words = text.tv;
const EVERY = 500;

/** What this device calls itself. */
export const hereName = matchMedia("(pointer: coarse)").matches ? words.phone : words.device;

/**
 * Where films play, always on the screen: this device and the TV, each in its colour. The TV's half opens its panel.
 * Without a TV one line at the page's end says why.
 *
 * @param {Playback} playback @param {Tv} tv @param {import("./tv_panel.js").Room} room
 */
export function tvDock(playback, tv, room) {
  const hereNow = h("span", { class: "place-now" });
  const here = h("div", { class: "place place-here" }, icon("phone"), h("div", { class: "place-text" }, h("span", { class: "place-name" }, hereName), hereNow));
  const who = h("span", { class: "place-who" });
  const since = h("span", { class: "place-since" });
  const now = h("span", { class: "place-now" });
  const arrow = h("span", { class: "place-arrow" }, icon("up"));
  const there = h(
    "button", { class: "place place-tv", type: "button", "aria-controls": "tv-panel", "aria-expanded": "false", onclick: () => open(Boolean(panel.hidden)) },
    icon("tv"), h("span", { class: "place-text" }, h("span", { class: "place-top" }, h("span", { class: "place-name" }, words.name), who, since), now), arrow,
  );
  const panel = tvPanel(tv, room);
  const dock = h("aside", { class: "dock", "aria-label": words.places }, here, there);
  const off = h("p", { class: "tv-off" });
  const element = h("div", {}, panel, dock, off);
  show(panel, false);

  /** @param {boolean} wanted */
  function open(wanted) {
    const inside = panel.contains(document.activeElement);
    show(panel, wanted);
    there.setAttribute("aria-expanded", String(wanted));
    if (!wanted && inside) there.focus();
    draw();
  }

  let asked = "";
  function draw() {
    const ask = tv.myAsk;
    if (ask && ask.request_id !== asked && panel.hidden) return (asked = ask.request_id), open(true);
    asked = ask?.request_id ?? "";
    document.body.dataset.tv = tv.isThere ? (tv.isMine ? "mine" : "there") : "off";
    show(dock, tv.isThere);
    if (!tv.isThere && !panel.hidden) open(false);
    show(off, tv.status?.state === "off");
    if (tv.status?.state === "off") say(off, offSentence(tv.status.error));
    say(hereNow, hereSentence(playback));
    say(who, tv.holder ? (tv.isMine ? words.you : tv.holder.name) : words.freeBrief);
    say(since, tv.holder ? howLong(tv.since) : "");
    say(now, thereSentence(tv));
    dock.style.setProperty("--tv-played", `${share(tv)}%`);
  }

  document.addEventListener("keydown", (event) => event.key === "Escape" && !panel.hidden && !document.querySelector("dialog[open]") && open(false));
  there.title = words.open;
  tv.addEventListener("change", draw);
  playback.addEventListener("change", draw);
  setInterval(() => !document.hidden && tv.isThere && draw(), EVERY);
  draw();
  return element;
}

/** @param {Playback} playback */
function hereSentence(playback) {
  return playback.film && playback.phase !== "idle" ? `${clockTime(playback.position)} · ${playback.film.title}` : words.nothing;
}

/** Why there is no TV: it failed, and a hint says what to do, or somebody switched it off. @param {import("./rpc.js").WireError} [error] */
function offSentence(error) {
  return error?.data?.hint ? sentenceFor(asError(error)) : words.off;
}

/** Minutes, then hours: there is no room for more. @param {Date} since */
function howLong(since) {
  const minutes = Math.floor((Date.now() - since.getTime()) / 60_000);
  if (minutes < 1) return words.justNow;
  return minutes < 60 ? words.minutes(minutes) : words.hours(Math.floor(minutes / 60));
}

/** @param {Tv} tv */
function thereSentence(tv) {
  const ask = tv.myAsk;
  if (ask && !ask.after_item && tv.holder && tv.left(ask)) return words.askingBrief(tv.left(ask));
  if (tv.opening) return words.opening(tv.opening);
  const { item, title = "", state = "idle" } = tv.status ?? {};
  if (!item) return words.states[state] ?? words.nothing;
  return state === "playing" ? `${clockTime(tv.position)} · ${title}` : `${words.states[state]} · ${clockTime(tv.position)} · ${title}`;
}

/** @param {Tv} tv */
function share(tv) {
  const { duration } = tv.status ?? {};
  return duration ? Math.min(100, (100 * tv.position) / duration) : 0;
}
