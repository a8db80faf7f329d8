import { h, say } from "./dom.js";
import { clockTime } from "./format.js";
import { bufferedAhead } from "./reporter.js";
import { text } from "./text.js";

/** @typedef {import("./playback.js").Playback} Playback */

/** The line of time: elapsed, a slider with what is buffered, total. It moves while dragged and seeks when let go. @param {Playback} playback */
export function scrubber(playback) {
  const { video } = playback;
  const elapsed = h("span", { class: "time time-elapsed" });
  const total = h("span", { class: "time time-total" });
  const range = h("input", { type: "range", class: "range", min: "0", max: "1", step: "0.1", "aria-label": text.player.position });
  let dragged = false;

  function draw() {
    const { duration, position } = playback;
    if (!dragged) {
      range.max = String(duration || 1);
      range.value = String(position);
    }
    const at = dragged ? Number(range.value) : position;
    const share = (/** @type {number} */ seconds) => `${duration ? Math.min(100, (100 * seconds) / duration) : 0}%`;
    range.style.setProperty("--played", share(at));
    range.style.setProperty("--buffered", share(playback.landed ? video.currentTime + bufferedAhead(video) : at));
    say(elapsed, clockTime(at));
    say(total, clockTime(duration));
    range.setAttribute("aria-valuetext", text.player.positionValue(clockTime(at), clockTime(duration)));
  }

  range.addEventListener("input", () => {
    dragged = true;
    draw();
  });
  range.addEventListener("change", () => {
    dragged = false;
    playback.seek(Number(range.value));
    draw();
  });
  for (const event of ["timeupdate", "progress", "seeking", "seeked", "loadedmetadata"]) video.addEventListener(event, draw);
  playback.addEventListener("change", draw);
  draw();
  return h("div", { class: "scrubber" }, elapsed, range, total);
}
