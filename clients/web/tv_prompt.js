import { h, lifts, say, show } from "./dom.js";
import { text } from "./text.js";

/** @typedef {import("./tv.js").Tv} Tv @typedef {import("./tv.js").Ask} Ask */

const words = text.tv;
const EVERY = 250;
const BUZZ = [180, 90, 180];

/**
 * The holder's side: who asks, their words, the time that is left, and three answers. It takes the focus, but not from
 * somebody who is typing, and not onto a button: the next key must not be an answer.
 *
 * @param {Tv} tv
 */
export function tvPrompt(tv) {
  const title = h("h2", { id: "tv-prompt-title" });
  const message = h("p", { class: "prompt-message" });
  const film = h("p", { class: "prompt-film" });
  const left = h("span", { class: "prompt-left", "aria-hidden": "true" });
  const spoken = h("p", { class: "spoken", id: "tv-prompt-spoken" });
  const loud = h("p", { class: "spoken", role: "alert" });
  const later = button("quiet", words.afterFilm, true, true);
  const element = h(
    "section", { class: "prompt", role: "alertdialog", tabIndex: -1, "aria-labelledby": title.id, "aria-describedby": "tv-prompt-words tv-prompt-spoken" },
    h("div", { class: "prompt-head" }, title, left),
    h("div", { id: "tv-prompt-words" }, message, film), spoken,
    h("div", { class: "prompt-answers" }, button("primary", words.allow, true), later, button("quiet", words.keep, false)),
  );
  /** @type {Ask | null} */
  let present = null;
  let whole = 1;
  /** @type {Element | null} */
  let before = null;

  /** @param {string} kind @param {string} name @param {boolean} accept @param {boolean} [afterItem] */
  function button(kind, name, accept, afterItem = false) {
    return h("button", { class: kind, type: "button", onclick: () => present && void tv.answer(present, accept, afterItem) }, name);
  }

  function draw() {
    const ask = tv.askToMe;
    if (ask?.request_id !== present?.request_id) ask ? appear(ask) : disappear();
    present = ask;
    if (!ask) return;
    say(left, words.promptLeft(tv.left(ask)));
    element.style.setProperty("--left-share", `${Math.min(100, (100 * tv.left(ask)) / whole)}%`);
    show(later, Boolean(tv.status?.item));
  }

  /** @param {Ask} ask */
  function appear(ask) {
    whole = tv.left(ask);
    say(title, words.promptTitle(ask.by.name));
    say(message, ask.message ? words.promptMessage(ask.message) : "");
    say(film, ask.title ? words.promptFilm(ask.title) : "");
    say(spoken, words.promptSpoken(tv.left(ask)));
    show(element, true);
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ);
    if (isTyping()) say(loud, `${title.textContent}. ${message.textContent} ${spoken.textContent}`);
    else {
      before = document.activeElement;
      element.focus({ preventScroll: true });
    }
  }

  function disappear() {
    const inside = element.contains(document.activeElement);
    show(element, false);
    say(loud, "");
    if (inside && before instanceof HTMLElement) before.focus({ preventScroll: true });
    before = null;
  }

  show(element, false);
  lifts(element, "--prompt"); // whoever is asked may want to use the remote just then
  tv.addEventListener("change", draw);
  setInterval(() => present && draw(), EVERY);
  return h("div", {}, element, loud);
}

function isTyping() {
  const focus = document.activeElement;
  return focus instanceof HTMLInputElement && focus.type !== "range";
}
