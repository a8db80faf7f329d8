import { h } from "./dom.js";
import { text } from "./text.js";

/** @typedef {import("./playback.js").Playback} Playback */

const STEP = 10;
const LONG_STEP = 30;

/** The button that has the focus because it was clicked, not because somebody went there by keys. @type {Element | null} */
let clicked = null;

/**
 * The keys drive this device's film; inside the TV's panel, the TV.
 *
 * @param {Playback} playback
 * @param {import("./tv.js").Tv} tv
 * @param {import("./way.js").Way} way
 * @param {import("./choices.js").Choices} choices
 * @param {{fullscreen: () => void, help: () => void}} actions
 */
export function listenToKeys(playback, tv, way, choices, { fullscreen, help }) {
  const here = {
    ...common(playback, () => playback.duration),
    m: () => (playback.video.muted = !playback.video.muted), f: fullscreen,
    c: () => void choices.toggleSubtitles(), a: () => void choices.nextAudio(),
    n: shifted(() => way.hasNext && void way.next()), p: shifted(() => way.hasPrevious && void way.previous()),
  };
  const there = {
    ...common(tv, () => tv.status?.duration ?? 0), m: () => tv.toggleMute(),
    n: shifted(() => tv.hasNext && void tv.command("server_next")), p: shifted(() => tv.hasPrevious && void tv.command("server_previous")),
  };

  /** @param {KeyboardEvent} event @returns {Record<string, (event: KeyboardEvent) => void>} */
  function keysFor({ target }) {
    if (target instanceof Element && target.closest(".tv-panel, .queue-sheet[data-target=server]")) return tv.isMine ? there : {};
    return playback.phase === "idle" ? {} : here;
  }

  let taken = "";
  document.addEventListener("focusin", () => (clicked = null));
  document.addEventListener("click", ({ target, detail }) => {
    clicked = detail > 0 && target instanceof Element ? target.closest("button, a") : null;
  }, { capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || isTyping(event)) return;
    const action = event.key === "?" ? help : keysFor(event)[event.key.toLowerCase()];
    if (!action || (event.repeat && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    taken = event.key;
    action(event);
  });
  // A button that was clicked keeps the focus, and would be pressed when the key comes up.
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && taken === " ") event.preventDefault();
    taken = "";
  });
}

/** With Shift, as in Jellyfin: a letter alone is too near to a slip. @param {() => void} act @returns {(event: KeyboardEvent) => void} */
function shifted(act) {
  return (event) => event.shiftKey && act();
}

/**
 * What both understand.
 *
 * @param {{position: number, toggle: () => unknown, seek: (position: number) => void}} player @param {() => number} duration
 */
function common(player, duration) {
  const by = (/** @type {number} */ sign) => (/** @type {KeyboardEvent} */ event) =>
    player.seek(player.position + sign * (event.shiftKey ? LONG_STEP : STEP));
  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const keys = {
    " ": () => player.toggle(), k: () => player.toggle(), j: by(-1), arrowleft: by(-1), l: by(1), arrowright: by(1),
  };
  for (let digit = 0; digit <= 9; digit++) keys[digit] = () => player.seek((duration() * digit) / 10);
  return keys;
}

/** Whether the key belongs to what has the focus: text, the space that presses a button found by keys, the arrows of a volume. @param {KeyboardEvent} event */
function isTyping({ target, key }) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest(".tv-sound") && key.startsWith("Arrow")) return true;
  if (target instanceof HTMLInputElement) return target.type !== "range";
  const pressed = target.closest("button, a");
  return key === " " && pressed !== null && pressed !== clicked;
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
