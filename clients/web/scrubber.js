import { h, say, show } from "./dom.js";
import { clockTime } from "./format.js";
import { bufferedAhead } from "./reporter.js";
import { text } from "./text.js";
import { Thumbnails } from "./thumbnails.js";

/** @typedef {import("./playback.js").Playback} Playback @typedef {import("./wire.js").Chapter} Chapter */

const KNOB = 18;
/** Pixels of the slider's knob: its middle never comes nearer to the ends than half of that. */

/**
 * The line of time: elapsed, a slider with what is buffered and where chapters begin, total. It moves while dragged and
 * seeks when let go; what is there is shown above it, while it is dragged or pointed at.
 *
 * @param {Playback} playback
 */
export function scrubber(playback) {
  const { video } = playback;
  const elapsed = h("span", { class: "time time-elapsed" });
  const total = h("span", { class: "time time-total" });
  const range = h("input", { type: "range", class: "range", min: "0", max: "1", step: "0.1", "aria-label": text.player.position });
  const marks = chapterMarks();
  const peek = preview(playback);
  const line = h("div", { class: "line" }, range, marks.element, peek.element);
  let dragged = false;

  function draw() {
    const { duration, position, status } = playback;
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
    marks.draw(status?.chapters ?? [], duration);
    range.setAttribute("aria-valuetext", spoken(at, duration, status?.chapters));
  }

  range.addEventListener("input", () => {
    dragged = true;
    draw();
    peek.draw(Number(range.value));
  });
  range.addEventListener("change", () => {
    dragged = false;
    playback.seek(Number(range.value));
    draw();
    peek.hide();
  });
  range.addEventListener("pointermove", (event) => {
    if (dragged || event.pointerType !== "mouse") return;
    const { left, width } = range.getBoundingClientRect();
    peek.draw(((event.clientX - left - KNOB / 2) / (width - KNOB)) * playback.duration);
  });
  range.addEventListener("pointerleave", () => dragged || peek.hide());
  for (const event of ["timeupdate", "progress", "seeking", "seeked", "loadedmetadata"]) video.addEventListener(event, draw);
  playback.addEventListener("change", draw);
  draw();
  return h("div", { class: "scrubber" }, elapsed, line, total);
}

/** @param {number} at @param {number} duration @param {Chapter[]} [chapters] */
function spoken(at, duration, chapters) {
  const time = text.player.positionValue(clockTime(at), clockTime(duration));
  const title = titleAt(chapters, at);
  return title ? `${time}, ${title}` : time;
}

/** The title of the chapter at a second. @param {Chapter[] | undefined} chapters @param {number} at */
function titleAt(chapters, at) {
  return chapters?.findLast(({ start, end }) => start <= at && at < end)?.title ?? "";
}

/** Where along the line a share of the film is. @param {number} share */
function placed(share) {
  return `calc(${KNOB / 2}px + (100% - ${KNOB}px) * ${Math.min(1, Math.max(0, share))})`;
}

/** A gap in the line where each chapter but the first begins. */
function chapterMarks() {
  const element = h("div", { class: "marks", "aria-hidden": "true" });
  let drawn = "";
  return {
    element,
    /** @param {Chapter[]} chapters @param {number} duration */
    draw(chapters, duration) {
      const starts = duration ? chapters.map(({ start }) => start).filter((start) => start > 0 && start < duration) : [];
      const looks = JSON.stringify([starts, duration]);
      if (looks === drawn) return;
      drawn = looks;
      element.replaceChildren(...starts.map((start) => {
        const mark = h("span", { class: "mark" });
        mark.style.left = placed(start / duration);
        return mark;
      }));
    },
  };
}

/** What is at a second: its picture, where there are such, its chapter and its time. @param {Playback} playback */
function preview(playback) {
  const thumbnails = new Thumbnails();
  const picture = h("span", { class: "peek-picture" });
  const title = h("span", { class: "peek-title" });
  const time = h("span", { class: "peek-time" });
  const element = h("div", { class: "peek", "aria-hidden": "true", hidden: true }, picture, title, time);

  /** @param {number} wanted seconds */
  function draw(wanted) {
    const { duration, status } = playback;
    if (!duration) return;
    const at = Math.min(Math.max(wanted, 0), duration);
    thumbnails.use(status?.thumbnails);
    const tile = thumbnails.at(at);
    show(picture, tile !== null);
    if (tile) {
      picture.style.width = `${tile.width}px`;
      picture.style.height = `${tile.height}px`;
      picture.style.backgroundImage = `url("${encodeURI(decodeURI(tile.image))}")`;
      picture.style.backgroundPosition = `-${tile.x}px -${tile.y}px`;
    }
    say(title, titleAt(status?.chapters, at));
    show(title, title.textContent !== "");
    say(time, clockTime(at));
    show(element, true);
    const half = element.offsetWidth / 2;
    const room = /** @type {HTMLElement} */ (element.parentElement).clientWidth;
    const middle = KNOB / 2 + (room - KNOB) * (at / duration);
    element.style.left = `${Math.min(Math.max(middle, half), Math.max(half, room - half))}px`;
  }

  return { element, draw, hide: () => show(element, false) };
}
