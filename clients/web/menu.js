import { h, label, show } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {{name: string, icon: import("./icons.js").IconName, act: () => void, place?: "here" | "tv"}} Choice */

const EDGE = 8;
/** Pixels that a menu keeps from the edges of the window. */

/** @type {(() => void) | null} */
let closeOpen = null;

/**
 * A button that opens a menu of what there is to choose just then.
 *
 * @param {string} name @param {() => Choice[]} choices @param {string} [kind]
 */
export function menuButton(name, choices, kind = "") {
  const button = h("button", { class: `round ${kind}`, type: "button" }, icon("more"));
  label(button, name);
  opensMenu(button, name, choices);
  return button;
}

/** Let a button open a menu; pressed again, it closes it. @param {HTMLElement} button @param {string} name @param {() => Choice[]} choices */
export function opensMenu(button, name, choices) {
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    const mine = button.getAttribute("aria-expanded") === "true";
    closeOpen?.();
    if (!mine) open(button, name, choices());
  });
}

/** @param {HTMLElement} button @param {string} name @param {Choice[]} choices */
function open(button, name, choices) {
  const items = choices.map((choice) => item(choice));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": name }, ...items);
  const outside = (/** @type {Event} */ event) => !menu.contains(/** @type {Node} */ (event.target)) && !button.contains(/** @type {Node} */ (event.target)) && close();

  const { top } = button.getBoundingClientRect();
  const scrolled = () => Math.abs(button.getBoundingClientRect().top - top) > EDGE && close();

  function close() {
    const inside = menu.contains(document.activeElement);
    closeOpen = null;
    menu.remove();
    button.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", outside, true);
    removeEventListener("scroll", scrolled, true);
    removeEventListener("resize", close);
    if (inside) button.focus({ preventScroll: true });
  }

  /** @param {Choice} choice */
  function item({ name: words, icon: drawing, act, place = "here" }) {
    const onclick = () => (close(), act());
    return h("button", { class: `menu-item menu-${place}`, type: "button", role: "menuitem", tabIndex: -1, onclick }, icon(drawing), h("span", {}, words));
  }

  closeOpen = close;
  button.setAttribute("aria-expanded", "true");
  menu.addEventListener("keydown", (event) => onKey(event, items, close));
  /** @type {HTMLElement} */ (document.querySelector("main")).append(menu);
  put(menu, button.getBoundingClientRect());
  items[0]?.focus({ preventScroll: true });
  addEventListener("pointerdown", outside, true);
  addEventListener("scroll", scrolled, true);
  addEventListener("resize", close);
}

/** @param {KeyboardEvent} event @param {HTMLElement[]} items @param {() => void} close */
function onKey(event, items, close) {
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  event.stopPropagation();
  if (to !== undefined) items[to % items.length].focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
}

/** Below its button where there is room, else above it. @param {HTMLElement} menu @param {DOMRect} at */
function put(menu, at) {
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + height + EDGE < innerHeight;
  menu.style.left = `${Math.max(EDGE, Math.min(at.right - width, innerWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, below ? at.bottom : at.top - height)}px`;
  show(menu, true);
}
