import { h, label, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { text } from "./text.js";

/**
 * A sheet: a dialog that rises from below on a phone. Its first page lists the others, each with what is chosen there;
 * each of the others is a list of which one is chosen. Escape closes it, and the focus goes back to where it was.
 *
 * @typedef {import("./icons.js").IconName} IconName
 * @typedef {{key: string, name: string, detail?: string, chosen: boolean, act: () => void, closes?: boolean}} Option
 * @typedef {{key: string, name: string, icon: IconName, value: string, note?: string, options: Option[],
 *   switches?: Option[]}} Page `switches` stand below the list, each for itself
 */

const words = text.choices;

/** @param {string} title @param {() => Page[]} pages what there is to choose just then @param {string} [kind] */
export function sheet(title, pages, kind = "") {
  const back = h("button", { class: "round", type: "button", onclick: () => turn("") }, icon("left"));
  const close = h("button", { class: "round", type: "button", onclick: () => element.close() }, icon("close"));
  const heading = h("h2", { id: `sheet-title-${kind}` });
  const note = h("p", { class: "sheet-note", role: "status" });
  const list = h("div", { class: "sheet-list" });
  const below = h("div", { class: "sheet-switches" });
  const inside = h("div", { class: "sheet-inside" }, h("div", { class: "sheet-head" }, back, heading, close), note, list, below);
  const element = h("dialog", { class: `sheet sheet-${kind}`, "aria-labelledby": heading.id }, inside);
  let at = "";
  let drawn = "";
  label(back, words.back);
  label(close, words.close);

  /** @param {string} key of a page, or nothing for the list of them */
  function turn(key) {
    const from = at;
    at = key;
    draw();
    focus(key ? undefined : from);
  }

  /** @param {string} [key] */
  function focus(key) {
    const wanted = [...list.children, ...below.children].find((one) => /** @type {HTMLElement} */ (one).dataset.key === key);
    const one = wanted ?? list.querySelector("[aria-checked=true]") ?? list.firstElementChild ?? close;
    /** @type {HTMLElement} */ (one).focus();
  }

  function draw() {
    if (!element.open) return;
    const all = pages();
    const page = all.find(({ key }) => key === at);
    at = page?.key ?? "";
    show(back, Boolean(page));
    say(heading, page?.name ?? title);
    say(note, page?.note ?? "");
    const looks = JSON.stringify(page ?? all);
    if (looks === drawn) return;
    drawn = looks;
    const focused = inside.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.key : undefined;
    if (page) fill("radiogroup", page.options.map((option) => choice(option, "radio", () => (option.closes && element.close(), option.act()))));
    else fill("group", all.map((one) => row(one, () => turn(one.key))));
    below.replaceChildren(...(page?.switches ?? []).map((option) => choice(option, "switch", option.act)));
    if (focused !== undefined) focus(focused);
  }

  /** @param {string} role @param {HTMLElement[]} children */
  function fill(role, children) {
    list.setAttribute("role", role);
    list.setAttribute("aria-labelledby", heading.id);
    list.replaceChildren(...children);
    if (role === "radiogroup") rove(children);
  }

  list.addEventListener("keydown", (event) => onKey(event, /** @type {HTMLElement[]} */ ([...list.children])));
  element.addEventListener("click", (event) => event.target === element && element.close());
  element.addEventListener("close", () => (at = drawn = ""));

  /** @param {string} [key] of the page to begin with */
  function open(key = "") {
    if (!element.open) element.showModal();
    turn(key);
  }

  return { element, open, draw, close: () => element.close() };
}

/** @param {Page} page @param {() => void} onclick */
function row({ key, name, icon: drawing, value }, onclick) {
  const made = h(
    "button", { class: "sheet-row", type: "button", onclick }, icon(drawing),
    h("span", { class: "sheet-name" }, name), h("span", { class: "sheet-value" }, value), icon("chevron"),
  );
  made.dataset.key = key;
  return made;
}

/** @param {Option} option @param {"radio" | "switch"} role @param {() => void} onclick */
function choice({ key, name, detail, chosen }, role, onclick) {
  const made = h(
    "button", { class: "sheet-row", type: "button", role, "aria-checked": String(chosen), onclick }, icon("check"),
    h("span", { class: "sheet-name" }, name, detail ? h("span", { class: "sheet-detail" }, detail) : null),
  );
  made.dataset.key = key;
  return made;
}

/** One of them can be reached with Tab, the others with arrows. @param {HTMLElement[]} options */
function rove(options) {
  const first = options.find((one) => one.getAttribute("aria-checked") === "true") ?? options[0];
  for (const one of options) one.tabIndex = one === first ? 0 : -1;
}

/** Arrows move the focus, and choose nothing: each choice may cost an encoder. @param {KeyboardEvent} event @param {HTMLElement[]} all */
function onKey(event, all) {
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || !all.length) return;
  event.preventDefault();
  all[to % all.length].focus();
}
