import { h, label, say, show } from "./dom.js";
import { clockTime } from "./format.js";
import { icon } from "./icons.js";
import { text } from "./text.js";

/** @typedef {import("./tv.js").Tv} Tv @typedef {import("./icons.js").IconName} IconName */

const words = text.tv;
const EVERY = 500;

/** What only who holds the TV is offered: the line of time, the buttons, the TV's volume. @param {Tv} tv */
export function tvControls(tv) {
  const line = slider("range", words.time, 0.1, (value) => tv.seek(value));
  const elapsed = h("span", { class: "time time-elapsed" });
  const total = h("span", { class: "time time-total" });
  const play = button("button-play", () => void tv.toggle());
  const [previous, next] = [button("", () => void tv.command("server_previous")), button("", () => void tv.command("server_next"))];
  const stop = button("", () => void tv.command("server_stop"));
  const mute = button("", () => tv.toggleMute());
  const volume = slider("range", words.volume, 1, (value) => tv.setVolume(value), { live: true });
  const loudness = h("span", { class: "time time-total" });
  const skips = [-30, -10, 10, 30].map((seconds) => skip(tv, seconds));
  const scrubber = h("div", { class: "scrubber" }, elapsed, line.input, total);
  const buttons = h("div", { class: "tv-buttons" }, previous, skips[0], skips[1], play, skips[2], skips[3], next);
  volume.input.max = "100";

  function draw() {
    const { status, position } = tv;
    const there = Boolean(status?.item);
    const duration = status?.duration ?? 0;
    line.show(position, duration || 1, text.player.positionValue(clockTime(position), clockTime(duration)));
    say(elapsed, clockTime(line.value));
    say(total, clockTime(duration));
    const playing = there && Boolean(status?.timeline?.playing || status?.state === "loading");
    face(play, playing ? "pause" : "play", playing ? words.pause : words.play);
    face(previous, "previous", tv.hasPrevious ? words.previous : words.noPrevious);
    face(next, "next", tv.hasNext ? words.next : words.noNext);
    face(stop, "stop", words.stop);
    face(mute, status?.muted ? "silent" : "sound", status?.muted ? words.unmute : words.mute);
    show(scrubber, there);
    show(buttons, there || tv.canPlay);
    for (const one of [stop, ...skips]) one.disabled = !there;
    previous.disabled = !tv.hasPrevious;
    next.disabled = !tv.hasNext;
    volume.show(status?.volume ?? 0, 100, words.volumeIs(status?.volume ?? 0));
    say(loudness, String(volume.value));
  }

  tv.addEventListener("change", draw);
  setInterval(() => !document.hidden && tv.isMine && draw(), EVERY);
  draw();
  return h(
    "div", { class: "tv-controls" }, scrubber, buttons,
    h("div", { class: "tv-sound" }, stop, mute, volume.input, loudness),
  );
}

/**
 * A slider that follows the TV except while it is dragged.
 *
 * @param {string} kind @param {string} name @param {number} step @param {(value: number) => void} onchange
 * @param {{live?: boolean}} [options] `live`: each place on the way counts, not only the last
 */
function slider(kind, name, step, onchange, { live = false } = {}) {
  const input = h("input", { type: "range", class: kind, min: "0", max: "1", step: String(step), "aria-label": name });
  let dragged = false;
  const colour = () => input.style.setProperty("--played", `${(100 * Number(input.value)) / Number(input.max)}%`);
  input.addEventListener("input", () => {
    dragged = !live;
    colour();
    if (live) onchange(Number(input.value));
  });
  input.addEventListener("change", () => {
    dragged = false;
    onchange(Number(input.value));
  });
  return {
    input,
    get value() {
      return Number(input.value);
    },
    /** @param {number} value @param {number} max @param {string} spoken */
    show(value, max, spoken) {
      if (dragged) return;
      input.max = String(max);
      input.value = String(value);
      colour();
      input.style.setProperty("--buffered", "0%");
      input.setAttribute("aria-valuetext", spoken);
    },
  };
}

/** @param {Tv} tv @param {number} seconds */
function skip(tv, seconds) {
  const size = Math.abs(seconds);
  const made = button(`button-skip skip-${size}`, () => tv.seek(tv.position + seconds));
  made.append(icon(seconds < 0 ? "back" : "forward", String(size)));
  label(made, seconds < 0 ? words.back(size) : words.forward(size));
  return made;
}

/** @param {string} kind @param {() => void} onclick */
function button(kind, onclick) {
  return h("button", { class: `round ${kind}`, type: "button", onclick });
}

/** @param {HTMLButtonElement} made @param {IconName} drawing @param {string} name */
function face(made, drawing, name) {
  label(made, name);
  if (made.dataset.face !== drawing) made.replaceChildren(icon(drawing));
  made.dataset.face = drawing;
}
