import { h, label } from "./dom.js";
import { icon } from "./icons.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

const words = text.queue;

/** @type {Record<import("./wire.js").Repeat, import("./wire.js").Repeat>} */
const AFTER = { off: "all", all: "one", one: "off" };

/** What is done to a queue as a whole. @param {import("./queue.js").Queue} queue @param {() => void} undo */
export function queueTools(queue, undo) {
  const back = button("undo", undo);
  const shuffle = button("shuffle", () => void queue.setMode({ shuffle: !queue.view.shuffle }));
  const repeat = button("repeat", () => void queue.setMode({ repeat: AFTER[queue.view.repeat] }));
  const clear = button("sweep", () => void sweep());
  const one = h("span", { class: "queue-one", "aria-hidden": "true" }, "1");
  repeat.append(one);
  label(back, words.undo);
  label(shuffle, words.shuffle);
  label(clear, words.clear);

  async function sweep() {
    if (await queue.clear()) toast(words.cleared, { name: words.undo, act: undo });
  }

  function draw() {
    const { view } = queue;
    shuffle.setAttribute("aria-pressed", String(view.shuffle));
    label(repeat, words.repeat[view.repeat]);
    repeat.classList.toggle("queue-on", view.repeat !== "off");
    one.hidden = view.repeat !== "one";
    clear.disabled = queue.total === 0;
  }

  return { element: h("div", { class: "queue-tools" }, back, shuffle, repeat, clear), draw };
}

/** @param {import("./icons.js").IconName} drawing @param {() => void} onclick */
function button(drawing, onclick) {
  return h("button", { class: `round queue-tool-${drawing}`, type: "button", onclick }, icon(drawing));
}
