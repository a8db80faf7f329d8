import { h, lifts, say, show } from "./dom.js";
import { text } from "./text.js";

/** @typedef {import("./suggestions.js").Suggestions} Suggestions */

const words = text.queue;
const EVERY = 500;

/**
 * Somebody would like the TV to do something: yes or no, with one tap, the oldest first. It is spoken, and takes no
 * focus: whoever has the TV goes on with what they do.
 *
 * @param {Suggestions} suggestions
 */
export function suggestionPrompt(suggestions) {
  const by = h("span", { class: "wish-by" });
  const what = h("strong", { class: "wish-what" });
  const rest = h("span", { class: "wish-rest" });
  const spoken = h("p", { class: "spoken", role: "status" });
  const yes = h("button", { class: "primary", type: "button", onclick: () => answer(true) }, words.accept);
  const no = h("button", { class: "quiet", type: "button", onclick: () => answer(false) }, words.refuse);
  const element = h("section", { class: "wish", "aria-label": words.suggestions }, h("div", { class: "wish-text" }, by, what, rest), no, yes);
  let shown = "";

  /** @param {boolean} accept */
  function answer(accept) {
    const one = suggestions.toMe.find(({ suggestion_id }) => suggestion_id === shown);
    if (one) void suggestions.answer(one, accept);
  }

  function draw() {
    const [one, ...others] = suggestions.toMe;
    show(element, one !== undefined);
    if (!one) return say(spoken, ((shown = ""), ""));
    say(by, words.asks(one.by.name));
    say(what, words.what(one));
    say(rest, [words.left(suggestions.left(one)), others.length && words.moreWait(others.length)].filter(Boolean).join(" · "));
    if (one.suggestion_id !== shown) say(spoken, words.asksSpoken(one.by.name, words.what(one), suggestions.left(one)));
    shown = one.suggestion_id;
  }

  lifts(element, "--wish");
  suggestions.addEventListener("change", draw);
  setInterval(() => shown && draw(), EVERY);
  draw();
  return h("div", {}, element, spoken);
}
