import { h, label, say, show } from "./dom.js";
import { text } from "./text.js";

/** @typedef {import("./tv.js").Tv} Tv @typedef {import("./suggestions.js").Suggestions} Suggestions */

const words = text.queue;
const EVERY = 500;

/** For who does not have the TV: what they may suggest to who has it, and what waits for an answer. @param {Tv} tv @param {Suggestions} suggestions */
export function suggestBox(tv, suggestions) {
  const buttons = Object.entries(words.suggestKinds).map(([kind, name]) => {
    const act = () => void suggestions.suggest(/** @type {import("./wire.js").SuggestionKind} */ (kind));
    const button = h("button", { class: "quiet", type: "button", onclick: act }, name);
    label(button, `${words.suggest}: ${name}`);
    return button;
  });
  const name = h("p", { class: "tv-hint" }, words.suggest);
  const offers = h("div", { class: "suggest-offers", role: "group", "aria-label": words.suggest }, ...buttons);
  const waiting = h("ul", { class: "suggest-waiting" });
  const element = h("div", { class: "suggest" }, name, offers, waiting);
  /** @type {Map<string, HTMLElement>} */
  let rows = new Map();

  function draw() {
    const { mine } = suggestions;
    const offered = !tv.isMine && tv.holder !== null && Boolean(tv.status?.item);
    show(offers, offered);
    show(name, offered);
    show(element, offered || mine.length > 0);
    rows = new Map(mine.map((one) => [one.suggestion_id, rows.get(one.suggestion_id) ?? row(one)]));
    for (const one of mine) say(/** @type {Element} */ (rows.get(one.suggestion_id)?.firstChild), words.waits(words.what(one), suggestions.left(one)));
    const elements = [...rows.values()];
    if (elements.length !== waiting.children.length || elements.some((one, index) => waiting.children[index] !== one)) waiting.replaceChildren(...elements);
  }

  /** @param {import("./suggestions.js").Suggestion} one */
  function row(one) {
    const back = h("button", { class: "quiet", type: "button", onclick: () => void suggestions.withdraw(one) }, words.takeBack);
    return h("li", {}, h("span", {}), back);
  }

  tv.addEventListener("change", draw);
  suggestions.addEventListener("change", draw);
  setInterval(() => suggestions.mine.length && draw(), EVERY);
  draw();
  return element;
}
