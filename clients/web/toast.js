import { h } from "./dom.js";

const SHOWN_FOR = 6_000;

const element = h("div", { class: "toast", role: "status", "aria-live": "polite" });
/** @type {number | undefined} */
let timer;

/** Where messages appear; belongs into the page once. */
export const toaster = element;

/** Tell the person something, for a few seconds. @param {string} sentence */
export function toast(sentence) {
  clearTimeout(timer);
  element.textContent = sentence;
  element.classList.add("toast-shown");
  timer = setTimeout(() => {
    element.classList.remove("toast-shown");
    element.textContent = "";
  }, SHOWN_FOR);
}
