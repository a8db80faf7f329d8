import { h, show } from "./dom.js";
import { icon } from "./icons.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

/** @typedef {import("./queue_sheet.js").Room} Room @typedef {"replace" | "append"} Mode */

const words = text.queue;

/** The way of a queue to the other place: one button, then one question. @param {Room} room @param {import("./wire.js").QueueTarget} source */
export function queueCopy(room, source) {
  const { tv, playback, mine, theirs, way } = room;
  const [from, drawing] = source === "mine" ? [mine, /** @type {const} */ ("send")] : [theirs, /** @type {const} */ ("phone")];
  const begin = h("button", { class: "quiet queue-copy-begin", type: "button", onclick: () => ask(true) }, icon(drawing), source === "mine" ? words.sendToTv : words.takeFromTv);
  const question = h("p", {}, source === "mine" ? words.sendHow : words.takeHow);
  const replace = h("button", { class: "primary", type: "button", onclick: () => choose("replace") }, source === "mine" ? words.replaceThere : words.replaceHere);
  const append = h("button", { class: "quiet", type: "button", onclick: () => choose("append") }, words.append);
  const cancel = h("button", { class: "quiet", type: "button", onclick: () => ask(false) }, words.cancel);
  const choice = h("div", { class: "queue-choice", role: "group", "aria-label": question.textContent }, question, replace, append, cancel);
  const element = h("div", { class: "queue-copy" }, begin, choice);
  show(choice, false);

  /** @param {boolean} wanted */
  function ask(wanted) {
    show(choice, wanted);
    show(begin, !wanted);
    (wanted ? replace : begin).focus();
  }

  /** @param {Mode} mode */
  function choose(mode) {
    ask(false);
    if (source === "mine") void tv.whenMine(() => void send(mode));
    else void way.take(mode);
  }

  /** What plays here goes on there, and stops here when it is there. @param {Mode} mode */
  async function send(mode) {
    const along = mode === "replace";
    const { film } = playback;
    if (!(await theirs.edit("queue_copy", { source: "mine", mode, with_position: along }))) return;
    if (along && playback.isThere && playback.film === film) await playback.stop();
    toast(along ? words.sent : words.sentAppended);
  }

  function draw() {
    show(element, tv.isThere && from.total > 0);
  }

  draw();
  return { element, draw };
}
