import { h, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { opensMenu } from "./menu.js";
import { text } from "./text.js";

/** @typedef {import("./tv.js").Tv} Tv @typedef {import("./suggestions.js").Suggestions} Suggestions */

const words = text.queue;
const EVERY = 500;

/** @type {[import("./wire.js").SuggestionKind, import("./icons.js").IconName][]} */
const KINDS = [["skip", "next"], ["pause", "pause"], ["softer", "down"], ["louder", "up"]];

/** For who does not have the TV: what they may suggest to who has it. @param {Tv} tv @param {Suggestions} suggestions */
export function suggestButton(tv, suggestions) {
  const button = h("button", { class: "quiet", type: "button" }, icon("hand"), words.suggest);
  opensMenu(button, words.suggest, () =>
    KINDS.map(([kind, drawing]) => ({ name: words.what({ kind }) ?? "", icon: drawing, place: "tv", act: () => void suggestions.suggest(kind) })),
  );
  const draw = () => show(button, !tv.isMine && tv.holder !== null && Boolean(tv.status?.item));
  tv.addEventListener("change", draw);
  draw();
  return button;
}

/** What I have suggested and nobody has answered. @param {Suggestions} suggestions */
export function waitingList(suggestions) {
  const element = h("ul", { class: "suggest-waiting" });
  /** @type {Map<string, HTMLElement>} */
  let rows = new Map();

  function draw() {
    const { mine } = suggestions;
    rows = new Map(mine.map((one) => [one.suggestion_id, rows.get(one.suggestion_id) ?? row(one)]));
    for (const one of mine) say(/** @type {Element} */ (rows.get(one.suggestion_id)?.firstChild), words.waits(words.what(one) ?? "", suggestions.left(one)));
    const wanted = [...rows.values()];
    if (wanted.length !== element.children.length || wanted.some((one, index) => element.children[index] !== one)) element.replaceChildren(...wanted);
    show(element, mine.length > 0);
  }

  /** @param {import("./suggestions.js").Suggestion} one */
  function row(one) {
    const back = h("button", { class: "quiet", type: "button", onclick: () => void suggestions.withdraw(one) }, words.takeBack);
    return h("li", {}, h("span", {}), back);
  }

  suggestions.addEventListener("change", draw);
  setInterval(() => suggestions.mine.length && draw(), EVERY);
  draw();
  return element;
}
