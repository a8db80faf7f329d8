import { h } from "./dom.js";
import { dragging } from "./queue_drag.js";
import { queueRow } from "./queue_row.js";
import { moved, placeOf } from "./queue_view.js";
import { text } from "./text.js";

/**
 * @typedef {import("./queue.js").Queue} Queue @typedef {import("./queue_view.js").Slot} Slot
 * @typedef {{editable: () => boolean, play: (slot: Slot) => void, remove: (slot: Slot) => void,
 *   told: (sentence: string) => void}} Room
 */

const words = text.queue;
const REM_PER_ROW = 4;
const SPARE = 6;
/** Rows that are drawn beyond the visible ones, so that a flick shows no gaps. */

/**
 * The list of a queue. Of a long one only the rows in view are there, and what they show is fetched when they come into
 * view.
 *
 * @param {Queue} queue @param {Room} room
 */
export function queueList(queue, { editable, play, remove, told }) {
  const rows = h("ol", { class: "queue-rows", "aria-label": words.list });
  const scroller = h("div", { class: "queue-scroll" }, rows);
  const drag = dragging(scroller, rows, { height, total: () => queue.total, onMove: draw, onDrop });
  /** The rows that are there, by what they hold. @type {Map<string, ReturnType<typeof queueRow>>} */
  let drawn = new Map();
  let frame = 0;

  const acts = {
    play, remove, step,
    /** @param {Slot} slot @param {PointerEvent} event */
    lift: (slot, event) => drag.lift(slot.id, queue.view.slots.findIndex((one) => one?.id === slot.id), event),
  };

  function view() {
    const { lifted } = drag;
    return lifted ? moved(queue.view, lifted.id, neighbour(lifted)) : queue.view;
  }

  /** What the lifted row would stand before. @param {import("./queue_drag.js").Lifted} lifted */
  function neighbour({ id, index }) {
    return queue.view.slots.filter((slot) => slot?.id !== id)[index]?.id;
  }

  function draw() {
    if (scroller.offsetParent === null) return;
    const shown = view();
    const [from, to] = range(shown.slots.length);
    rows.style.height = `${shown.slots.length * height()}px`;
    queue.need(from, to);
    const focus = focused();
    const wanted = indexes(from, to, shown, focus?.key);
    const next = new Map(wanted.map((index) => [keyOf(shown, index), drawRow(shown, index)]));
    for (const [key, row] of drawn) if (!next.has(key)) row.element.remove();
    drawn = next;
    arrange([...next.values()].map(({ element }) => element));
    if (focus) keepFocus(focus);
    scroller.tabIndex = editable() ? -1 : 0;
  }

  /** @param {number} total @returns {[number, number]} */
  function range(total) {
    const first = Math.floor(scroller.scrollTop / height()) - SPARE;
    const last = Math.ceil((scroller.scrollTop + scroller.clientHeight) / height()) + SPARE;
    return [Math.max(0, first), Math.min(total, last)];
  }

  /** Those in view, what has the focus, and what is dragged. @param {number} from @param {number} to @param {import("./queue_view.js").View} shown @param {string} [focus] */
  function indexes(from, to, shown, focus) {
    const found = new Set(Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index));
    for (const id of [focus, drag.lifted?.id]) {
      const index = id ? shown.slots.findIndex((slot) => slot?.id === id) : -1;
      if (index >= 0) found.add(index);
    }
    return [...found].sort((one, other) => one - other);
  }

  /** @param {import("./queue_view.js").View} shown @param {number} index */
  function drawRow(shown, index) {
    const slot = shown.slots[index];
    const key = keyOf(shown, index);
    const row = drawn.get(key) ?? queueRow(acts);
    const lifted = drag.lifted !== null && drag.lifted.id === slot?.id;
    row.draw(slot, { index, total: shown.slots.length, present: slot !== undefined && slot.id === shown.currentId, editable: editable() });
    row.element.dataset.key = key;
    row.element.classList.toggle("queue-lifted", lifted);
    row.element.style.transform = `translateY(${lifted ? drag.lifted?.top : index * height()}px)`;
    return row;
  }

  /** In the order of the list, for the keyboard and screen readers. @param {HTMLElement[]} elements */
  function arrange(elements) {
    elements.forEach((element, index) => rows.children[index] === element || rows.insertBefore(element, rows.children[index] ?? null));
  }

  function focused() {
    const has = document.activeElement;
    const row = has instanceof HTMLElement && rows.contains(has) ? has.closest("li") : null;
    if (!row || !(has instanceof HTMLElement)) return null;
    return { has, key: row.dataset.key ?? "", act: has.dataset.act, index: Number(row.getAttribute("aria-posinset")) - 1 };
  }

  /** A row that was moved keeps the focus; that of one that is gone goes to what stands in its place. @param {NonNullable<ReturnType<typeof focused>>} focus */
  function keepFocus({ has, act, index }) {
    if (has.isConnected) return has === document.activeElement || has.focus({ preventScroll: true });
    const place = Math.min(index, queue.total - 1);
    const heir = rows.querySelector(`[aria-posinset="${place + 1}"] [data-act="${act}"]`) ?? scroller;
    /** @type {HTMLElement} */ (heir).focus({ preventScroll: true });
  }

  /** @param {Slot} slot @param {-1 | 1} by */
  function step(slot, by) {
    const index = queue.view.slots.findIndex((one) => one?.id === slot.id) + by;
    if (index < 0 || index >= queue.total) return;
    void queue.step(slot.id, by);
    reveal(index);
    told(words.movedTo(slot.title, index + 1, queue.total));
  }

  /** @param {import("./queue_drag.js").Lifted} lifted */
  function onDrop(lifted) {
    const before = neighbour(lifted);
    const from = queue.view.slots.findIndex((slot) => slot?.id === lifted.id);
    if (from === lifted.index || (before === undefined && lifted.index < queue.total - 1)) return;
    void queue.move(lifted.id, before);
    told(words.movedTo(queue.view.slots[lifted.index]?.title ?? "", lifted.index + 1, queue.total));
  }

  /** Scroll as little as is needed to see a place. @param {number} index */
  function reveal(index) {
    const [top, bottom] = [index * height(), (index + 1) * height()];
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight;
  }

  /** Begin with what is on now. */
  function begin() {
    scroller.scrollTop = Math.max(0, placeOf(queue.view) - 1) * height();
    draw();
  }

  scroller.addEventListener("scroll", () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  });
  new ResizeObserver(draw).observe(scroller);
  queue.addEventListener("change", draw);
  return { element: scroller, draw, begin };
}

/** @param {import("./queue_view.js").View} view @param {number} index */
function keyOf({ slots }, index) {
  return slots[index]?.id ?? `place ${index}`;
}

/** Pixels: a person may have chosen larger letters. */
function height() {
  return REM_PER_ROW * parseFloat(getComputedStyle(document.documentElement).fontSize);
}
