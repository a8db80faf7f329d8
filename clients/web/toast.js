import { h } from "./dom.js";

/** @typedef {{name: string, act: () => void}} Action */

const SHOWN_FOR = 6_000;
const SHOWN_FOR_WITH_ACTION = 10_000;
/** What somebody is about to press does not vanish under the pointer; a finger leaves its hover behind. */
const HELD = matchMedia("(hover: hover)").matches ? ":hover, :focus-within" : ":focus-within";

const element = h("div", { class: "toast", role: "status", "aria-live": "polite" });
/** @type {number | undefined} */
let timer;

/** Where messages appear; belongs into the page once. */
export const toaster = element;

/** Tell the person something, for a few seconds, and offer them what they may want to do about it. @param {string} sentence @param {Action} [action] */
export function toast(sentence, action) {
  clearTimeout(timer);
  element.replaceChildren(h("span", {}, sentence), ...(action ? [button(action)] : []));
  element.classList.add("toast-shown");
  element.classList.toggle("toast-asks", action !== undefined);
  timer = setTimeout(leave, action ? SHOWN_FOR_WITH_ACTION : SHOWN_FOR);
}

function leave() {
  if (element.matches(HELD)) {
    timer = setTimeout(leave, SHOWN_FOR);
    return;
  }
  element.classList.remove("toast-shown", "toast-asks");
  element.replaceChildren();
}

/** @param {Action} action */
function button({ name, act }) {
  const onclick = () => {
    element.classList.remove("toast-shown", "toast-asks");
    element.replaceChildren();
    act();
  };
  return h("button", { class: "toast-action", type: "button", onclick }, name);
}
