import { h, label, say, show } from "./dom.js";
import { clockTime } from "./format.js";
import { icon } from "./icons.js";
import { text } from "./text.js";

/**
 * @typedef {import("./queue_view.js").Slot} Slot
 * @typedef {{index: number, total: number, present: boolean, editable: boolean}} Standing
 * @typedef {{play: (slot: Slot) => void, step: (slot: Slot, by: -1 | 1) => void, remove: (slot: Slot) => void,
 *   lift: (slot: Slot, event: PointerEvent) => void}} Acts
 */

const words = text.queue;

/**
 * One place of a queue. What it holds may be unknown still, and become known.
 *
 * @param {Acts} acts
 */
export function queueRow(acts) {
  /** @type {Slot | undefined} */
  let held;
  const act = (/** @type {(slot: Slot) => void} */ what) => () => held && what(held);
  const title = h("span", { class: "queue-title" });
  const facts = h("span", { class: "queue-facts" });
  const verb = h("span", { class: "spoken" });
  const grip = h("span", { class: "queue-grip", onpointerdown: (/** @type {PointerEvent} */ event) => held && acts.lift(held, event) }, icon("grip"));
  const body = h("button", { class: "queue-body", type: "button", "data-act": "play", onclick: act(acts.play) }, title, facts, verb);
  const up = button("up", act((slot) => acts.step(slot, -1)));
  const down = button("down", act((slot) => acts.step(slot, 1)));
  const remove = button("close", act(acts.remove));
  const element = h("li", { class: "queue-row" }, grip, body, up, down, remove);

  /** @param {Slot | undefined} slot @param {Standing} standing */
  function draw(slot, { index, total, present, editable }) {
    held = slot;
    element.setAttribute("aria-setsize", String(total));
    element.setAttribute("aria-posinset", String(index + 1));
    element.classList.toggle("queue-present", present);
    if (present) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
    for (const one of [grip, up, down, remove]) show(one, editable && slot !== undefined);
    body.disabled = !editable || !slot;
    say(title, slot?.title ?? words.loading);
    say(facts, slot ? factsOf(slot, present) : "");
    if (slot) name(slot, present, index, total);
  }

  /** @param {Slot} slot @param {boolean} present @param {number} index @param {number} total */
  function name({ title: film }, present, index, total) {
    say(verb, present ? "" : words.playNow);
    label(up, words.up(film));
    label(down, words.down(film));
    label(remove, words.remove(film));
    up.setAttribute("aria-disabled", String(index === 0));
    down.setAttribute("aria-disabled", String(index === total - 1));
  }

  return { element, draw };
}

/** @param {Slot} slot @param {boolean} present */
function factsOf({ duration, by }, present) {
  const parts = [present && words.now, duration !== undefined && clockTime(duration), by && words.by(by)];
  return parts.filter(Boolean).join(" · ");
}

/** @param {"up" | "down" | "close"} drawing @param {() => void} onclick */
function button(drawing, onclick) {
  return h("button", { class: `round queue-${drawing}`, type: "button", "data-act": drawing, onclick }, icon(drawing));
}
