import { h } from "./dom.js";
import { text } from "./text.js";

/** @typedef {import("./playback.js").Playback} Playback */

const STEP = 10;
const LONG_STEP = 30;

/**
 * @param {Playback} playback
 * @param {{fullscreen: () => void, help: () => void}} actions
 */
export function listenToKeys(playback, { fullscreen, help }) {
  const by = (/** @type {number} */ sign) => (/** @type {KeyboardEvent} */ event) =>
    playback.seek(playback.position + sign * (event.shiftKey ? LONG_STEP : STEP));
  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const keys = {
    " ": () => playback.toggle(), k: () => playback.toggle(),
    j: by(-1), arrowleft: by(-1), l: by(1), arrowright: by(1),
    m: () => (playback.video.muted = !playback.video.muted), f: fullscreen,
  };
  for (let digit = 0; digit <= 9; digit++) keys[digit] = () => playback.seek((playback.duration * digit) / 10);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || isTyping(event)) return;
    const action = event.key === "?" ? help : playback.phase === "idle" ? undefined : keys[event.key.toLowerCase()];
    if (!action || (event.repeat && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    action(event);
  });
}

/** Whether the key belongs to what has the focus: text, and the space that presses a button. @param {KeyboardEvent} event */
function isTyping({ target, key }) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "range";
  return key === " " && target.closest("button, a") !== null;
}

/** The list of keys. */
export function keysDialog() {
  const rows = text.keys.rows.map(([keys, meaning]) =>
    h("div", { class: "keys-row" }, h("dt", {}, ...keys.map((key) => h("kbd", {}, key))), h("dd", {}, meaning)),
  );
  const dialog = h("dialog", { class: "keys", "aria-label": text.keys.title });
  dialog.append(
    h("h2", {}, text.keys.title),
    h("dl", {}, ...rows),
    h("button", { class: "primary", type: "button", onclick: () => dialog.close() }, text.keys.close),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}
