import { h, say, show } from "./dom.js";
import { text } from "./text.js";

/** @typedef {import("./tv.js").Tv} Tv */

const words = text.tv;
const EVERY = 250;

/** The asker's side, and what the holder has promised. @param {Tv} tv */
export function tvAsk(tv) {
  const why = h("p", { class: "tv-hint" });
  const message = h("input", { type: "text", class: "tv-message", maxLength: 200, placeholder: words.messageHint, "aria-label": words.message, autocomplete: "off" });
  const take = h("button", { class: "primary", type: "submit" });
  const form = h("form", { class: "tv-form", onsubmit: ask }, message, take);
  const wait = h("p", { class: "tv-wait" });
  const cancel = h("button", { class: "quiet", type: "button", onclick: () => void tv.cancel() }, words.cancel);
  const asking = h("div", { class: "tv-asking" }, wait, cancel);
  const promise = h("p", { class: "tv-wait tv-promise" });
  const now = h("button", { class: "quiet", type: "button", onclick: () => tv.promise && void tv.answer(tv.promise, true) }, words.allowNow);
  const keep = h("button", { class: "quiet", type: "button", onclick: () => tv.promise && void tv.answer(tv.promise, false) }, words.keepAfterAll);
  const promised = h("div", { class: "tv-asking" }, promise, now, keep);
  const element = h("div", { class: "tv-ask" }, why, form, asking, promised);

  /** @param {SubmitEvent} event */
  async function ask(event) {
    event.preventDefault();
    const typed = message.value.trim();
    const focused = element.contains(document.activeElement);
    take.disabled = true;
    await tv.take(typed && tv.holder ? { message: typed } : {});
    message.value = "";
    draw();
    if (focused && form.hidden && tv.myAsk) cancel.focus();
  }

  function draw() {
    const [mine, holder, wait_s] = [tv.myAsk, tv.holder, tv.secondsUntilAsk];
    show(form, !tv.isMine && !mine);
    show(why, !form.hidden && holder !== null);
    say(why, words.why);
    show(message, holder !== null);
    take.disabled = wait_s > 0;
    say(take, wait_s > 0 ? words.askIn(wait_s) : holder ? words.ask(holder.name) : words.take);
    const lost = !asking.hidden && !mine && cancel === document.activeElement;
    show(asking, mine !== null);
    if (mine) say(wait, waitSentence(tv, mine));
    if (lost && !form.hidden) take.focus();
    show(promised, tv.promise !== null);
    if (tv.promise) say(promise, words.promisedOther(tv.promise.by.name));
  }

  tv.addEventListener("change", draw);
  setInterval(() => (tv.myAsk || tv.askAgainAt) && draw(), EVERY);
  draw();
  return element;
}

/** @param {Tv} tv @param {import("./tv.js").Ask} ask */
function waitSentence(tv, ask) {
  const name = tv.holder?.name ?? "";
  if (ask.after_item) return words.promisedMe(name);
  return tv.left(ask) ? words.asking(name, tv.left(ask)) : words.changing(ask.by.name);
}
