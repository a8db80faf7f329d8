import { h, say, show } from "./dom.js";
import { clockTime } from "./format.js";
import { text } from "./text.js";

/**
 * @typedef {import("./playback.js").Playback} Playback
 * @typedef {import("./wire.js").Offer} Offer
 * @typedef {import("./wire.js").Waiting} Waiting
 */

const words = text.waiting;
const SOON = 10;
/** Seconds below which an estimate is no number any more. */
const [MINUTE, HOUR] = [60, 3600];

/**
 * What stands in place of the picture while the film waits for its turn: the place in the line, how long it may take, and
 * what can be watched meanwhile. It follows the daemon; only another place, or that there is something to choose now, is
 * said aloud.
 *
 * @param {Playback} playback
 */
export function waitingCard(playback) {
  const film = h("p", { class: "wait-film" });
  const number = h("span", { class: "wait-number", "aria-hidden": "true" });
  const place = h("p", { class: "wait-place" });
  const time = h("p", { class: "wait-time" });
  const spoken = h("p", { class: "spoken", role: "status" });
  const choice = offersOf(playback);
  const leave = h("button", { class: "quiet wait-leave", type: "button", onclick: () => void playback.stop() }, words.leave);
  const card = h(
    "section", { class: "wait-card", "aria-label": words.somewhere },
    film, number, h("div", {}, place, time), h("p", { class: "wait-why" }, words.why), choice.element, leave,
  );
  let said = "";

  function draw() {
    const shown = playback.inLine;
    const waiting = playback.status?.waiting;
    show(card, shown);
    if (!shown) return tell("", "");
    say(film, playback.film?.title ?? "");
    say(number, waiting ? String(waiting.position) : "…");
    say(place, waiting ? words.place(waiting.position) : words.somewhere);
    say(time, timeWords(waiting?.eta_s));
    if (choice.draw(waiting?.offers ?? [])) leave.focus();
    const more = waiting?.offers.length ? words.choice : "";
    const when = time.textContent ? `, ${time.textContent}` : "";
    tell(`${waiting?.position} ${more}`, `${place.textContent}${when}. ${more}`);
  }

  /** @param {string} what stays the same for as long as nothing is worth a word @param {string} sentence */
  function tell(what, sentence) {
    if (what !== said) say(spoken, sentence);
    said = what;
  }

  playback.addEventListener("change", draw);
  for (const event of ["playing", "ended", "emptied"]) playback.video.addEventListener(event, draw);
  draw();
  return h("div", { class: "wait" }, spoken, card);
}

/**
 * A button for each way to begin now. Those that stay are left where they are, whatever comes and goes beside them.
 *
 * @param {Playback} playback
 */
function offersOf(playback) {
  const element = h("div", { class: "wait-offers", role: "group", "aria-label": words.offers });
  /** @type {Map<string, {offer: Offer, button: HTMLButtonElement}>} */
  let made = new Map();

  /** @param {string} key @param {Offer} offer */
  function make(key, offer) {
    const button = h("button", { type: "button", onclick: () => void playback.take(made.get(key)?.offer ?? offer) });
    return { offer, button };
  }

  /** Draw what is offered; says whether the button that had the focus is gone. @param {Offer[]} offers */
  function draw(offers) {
    const before = [...made.keys()].join();
    const inside = element.contains(document.activeElement);
    /** @type {typeof made} */
    const next = new Map();
    for (const offer of offers) {
      const key = keyOf(offer, next);
      const one = made.get(key) ?? make(key, offer);
      one.offer = offer;
      one.button.className = next.size ? "quiet" : "primary";
      say(one.button, offerWords(offer));
      next.set(key, one);
    }
    for (const [key, { button }] of made) if (!next.has(key)) button.remove();
    if (before !== [...next.keys()].join()) arrange([...next.values()].map(({ button }) => button));
    made = next;
    show(element, offers.length > 0);
    return inside && !element.contains(document.activeElement);
  }

  /** Put each in its place; one that is there already is not moved, since it would lose the focus. @param {HTMLElement[]} buttons */
  function arrange(buttons) {
    buttons.forEach((button, index) => {
      if (element.children[index] !== button) element.insertBefore(button, element.children[index] ?? null);
    });
  }

  return { element, draw };
}

/** What makes an offer the same one as before: not where somebody else is just now. @param {Offer} offer @param {Map<string, unknown>} taken */
function keyOf({ kind, quality, delivery }, taken) {
  let key = `${kind} ${quality} ${delivery}`;
  while (taken.has(key)) key += " more";
  return key;
}

/** @param {Offer} offer */
function offerWords({ kind, quality, position }) {
  if (kind === "direct") return words.file;
  if (quality === "audio-only") return words.sound;
  if (kind === "join") return words.join(clockTime(position));
  return quality === "auto" || quality === "original" ? words.whole : words.smaller(text.choices.qualities[quality] ?? quality);
}

/** How long it may take, as people say it; nothing when nobody can know. @param {number | undefined} seconds */
function timeWords(seconds) {
  if (seconds === undefined) return "";
  if (seconds < SOON) return words.soon;
  if (seconds < MINUTE * 0.9) return words.seconds(Math.round(seconds));
  if (seconds < HOUR * 0.9) return words.minutes(Math.round(seconds / MINUTE));
  return words.hours(Math.round(seconds / HOUR));
}
