import { h, label } from "./dom.js";
import { icon } from "./icons.js";
import * as storage from "./storage.js";
import { text } from "./text.js";

/** @typedef {"auto" | "dark" | "light"} Theme */

/** @type {Theme[]} */
const ORDER = ["auto", "dark", "light"];
/** @type {Record<Theme, import("./icons.js").IconName>} */
const DRAWING = { auto: "half", dark: "moon", light: "sun" };

/** The button that goes through automatic, dark and light. */
export function themeButton() {
  /** @type {Theme} */
  let theme = storage.device.get("theme") ?? "auto";
  const button = h("button", { class: "round top-theme", type: "button", onclick: next });

  function next() {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    storage.device.set("theme", theme);
    draw();
  }

  function draw() {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.replaceChildren(icon(DRAWING[theme]));
    label(button, text.theme.label(text.theme[theme]));
  }

  draw();
  return button;
}
