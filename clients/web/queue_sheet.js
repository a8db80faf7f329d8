import { h, label, say, show } from "./dom.js";
import { clockTime } from "./format.js";
import { icon } from "./icons.js";
import { queueCopy } from "./queue_copy.js";
import { queueList } from "./queue_list.js";
import { queueTools } from "./queue_tools.js";
import { lengthOf } from "./queue_view.js";
import { text } from "./text.js";
import { toast } from "./toast.js";
import { hereName } from "./tv_dock.js";

/**
 * @typedef {import("./queue.js").Queue} Queue @typedef {import("./wire.js").QueueTarget} QueueTarget
 * @typedef {import("./queue_view.js").Slot} Slot
 * @typedef {{connection: import("./connection.js").Connection, playback: import("./playback.js").Playback,
 *   tv: import("./tv.js").Tv, mine: Queue, theirs: Queue, way: import("./way.js").Way}} Room
 */

const words = text.queue;

/** The queues: this device's and the TV's, one at a time, each in its place's colour. @param {Room} room */
export function queueSheet(room) {
  const { tv, mine, theirs } = room;
  const spoken = h("p", { class: "spoken", role: "status" });
  const count = h("p", { class: "queue-count" });
  const close = h("button", { class: "round", type: "button", onclick: () => shut() }, icon("close"));
  const [here, there] = [tab("mine", hereName), tab("server", text.tv.name)];
  const tabs = h("div", { class: "queue-tabs", role: "group", "aria-label": words.whose }, here, there);
  const halves = { mine: half(room, mine, (sentence) => say(spoken, sentence)), server: half(room, theirs, (sentence) => say(spoken, sentence)) };
  const element = h(
    "section", { class: "queue-sheet", id: "queue-sheet", tabIndex: -1, "aria-label": words.title },
    h("div", { class: "queue-head" }, tabs, close, h("div", { class: "queue-name" }, h("h2", {}, words.title), count)), halves.mine.element, halves.server.element, spoken,
  );
  /** @type {QueueTarget} */
  let target = "mine";
  /** @type {Element | null} */
  let opener = null;
  label(close, words.close);

  /** @param {QueueTarget} whose @param {string} name */
  function tab(whose, name) {
    return h("button", { class: `queue-tab queue-tab-${whose}`, type: "button", onclick: () => turn(whose) }, icon(whose === "mine" ? "phone" : "tv"), h("span", {}, name));
  }

  /** @param {QueueTarget} whose */
  function turn(whose) {
    target = whose;
    draw();
    halves[target].begin();
  }

  /** Show a queue; or hide it, if it is that one already. @param {QueueTarget} whose */
  function open(whose) {
    if (!element.hidden && target === whose) return shut();
    if (element.hidden) opener = document.activeElement;
    show(element, true);
    turn(whose);
    element.focus({ preventScroll: true });
  }

  function shut() {
    const inside = element.contains(document.activeElement);
    show(element, false);
    draw();
    if (inside && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
  }

  function draw() {
    if (!tv.isThere && target === "server") target = "mine";
    document.body.dataset.queue = element.hidden ? "" : target;
    if (element.hidden) return;
    element.dataset.target = target;
    show(tabs, tv.isThere);
    here.setAttribute("aria-pressed", String(target === "mine"));
    there.setAttribute("aria-pressed", String(target === "server"));
    for (const [whose, one] of Object.entries(halves)) show(one.element, whose === target);
    say(count, size(target === "mine" ? mine : theirs));
    halves[target].draw();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || element.hidden || document.querySelector("dialog[open]")) return;
    event.stopImmediatePropagation();
    shut();
  });
  for (const source of [tv, mine, theirs]) source.addEventListener("change", draw);
  show(element, false);
  draw();
  return { element, open };
}

/** @param {Room} room @param {Queue} queue @param {(sentence: string) => void} told */
function half(room, queue, told) {
  const { tv, way } = room;
  const editable = () => queue.target === "mine" || tv.isMine;
  const undo = async () => (await queue.undo()) && toast(words.undone);
  const list = queueList(queue, { editable, play, remove: (slot) => void remove(slot), told });
  const tools = queueTools(queue, undo);
  const copy = queueCopy(room, queue.target);
  const note = h("p", { class: "queue-note" });
  const element = h("div", { class: "queue-half" }, tools.element, note, list.element, copy.element);

  /** @param {Slot} slot */
  function play(slot) {
    if (queue.target === "mine") return void way.jump(slot.id);
    toast(text.tv.opening(slot.title));
    void queue.edit("queue_jump", { id: slot.id });
  }

  /** @param {Slot} slot */
  async function remove({ id, title }) {
    if (await queue.remove([id])) toast(words.removed(title), { name: words.undo, act: () => void undo() });
  }

  function draw() {
    const empty = queue.isKnown && queue.total === 0;
    show(tools.element, editable());
    tools.draw();
    copy.draw();
    show(list.element, !empty);
    show(note, empty || !editable());
    say(note, sentence(empty));
    list.draw();
  }

  /** @param {boolean} empty */
  function sentence(empty) {
    if (empty) return queue.target === "mine" ? words.emptyHere : words.emptyTv;
    if (editable()) return "";
    return tv.holder ? words.locked : words.lockedFree;
  }

  return { element, draw, begin: list.begin };
}

/** @param {Queue} queue */
function size(queue) {
  if (!queue.total) return "";
  const { seconds, whole } = lengthOf(queue.view);
  const time = clockTime(seconds);
  return [words.films(queue.total), seconds > 0 && (whole ? time : words.atLeast(time))].filter(Boolean).join(" · ");
}
