/** One row of the library. */

import { plannedDelivery } from "./delivery.js";
import { h, label } from "./dom.js";
import { clockTime, fileSize, pictureHeight } from "./format.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { addressOf } from "./route.js";
import { text } from "./text.js";

/**
 * @typedef {import("./wire.js").Item} Item @typedef {import("./wire.js").Folder} Folder
 * @typedef {import("./wire.js").LeftFilm} LeftFilm @typedef {import("./place.js").Film} Film
 * @typedef {import("./menu.js").Choice} Choice
 * @typedef {{here: (film: Film, position: number) => void, there: (film: Film, position: number) => void,
 *   choices: (film: Film) => Choice[], folderChoices: (folder: Folder) => Choice[]}} Places where a film can be played,
 *   and from which second on; and what else can be done with it
 */

/** @param {Folder} folder @param {Places} places */
export function folderRow(folder, places) {
  return h(
    "li", { class: "row" },
    h(
      "a", { class: "row-body", href: addressOf(folder.path) },
      h("span", { class: "tile" }, icon("folder")),
      h("span", { class: "row-text" }, h("span", { class: "row-title" }, folder.name)),
      h("span", { class: "row-end" }, icon("chevron")),
    ),
    h("div", { class: "row-acts" }, menuButton(text.queue.more(folder.name), () => places.folderChoices(folder))),
  );
}

/**
 * A film: the row plays it here from where it was left, the buttons at its end from the start, and on the TV (shown
 * only where there is one).
 *
 * @param {Item} item
 * @param {Places} places
 */
export function filmRow(item, places) {
  if (item.playable === false) {
    const row = h("li", { class: "row row-dimmed" }, h("div", { class: "row-body" }, ...inside(item)));
    row.dataset.media = item.media_id;
    return row;
  }
  return playableRow(item, item.left_at, places, inside(item));
}

/** A film to go on with. @param {LeftFilm} left @param {Places} places */
export function leftRow({ item, title, position, duration }, places) {
  const film = { media_id: item.media_id, title, duration };
  return playableRow(film, position, places, [
    h("span", { class: "tile" }, icon("play")),
    h("span", { class: "row-text" }, h("span", { class: "row-title" }, title), ...goOn(position, duration)),
    h("span", { class: "row-end" }, text.library.remaining(clockTime(duration - position))),
  ]);
}

/** Show on a row whether its film is the one that plays here. @param {HTMLElement} row @param {string} mediaId */
export function markPlaying(row, mediaId) {
  const playing = mediaId !== "" && row.dataset.media === mediaId;
  row.classList.toggle("row-playing", playing);
  if (playing) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
}

/** @param {Film} film @param {number | undefined} leftAt @param {Places} places @param {Node[]} content */
function playableRow(film, leftAt, { here, there, choices }, content) {
  const from = leftAt ?? 0;
  const onTv = leftAt === undefined ? text.tv.playFilm(film.title) : text.tv.goOnWith(film.title, clockTime(leftAt));
  const acts = h(
    "div", { class: "row-acts" },
    leftAt !== undefined && button("row-start", "previous", text.library.fromStart(film.title), () => here(film, 0)),
    button("row-tv", "send", onTv, () => there(film, from)),
    menuButton(text.queue.more(film.title), () => choices(film)),
  );
  const row = h("li", { class: "row" }, h("button", { class: "row-body", type: "button", onclick: () => here(film, from) }, ...content), acts);
  row.dataset.media = film.media_id;
  return row;
}

/** @param {string} kind @param {import("./icons.js").IconName} drawn @param {string} words @param {() => void} onclick */
function button(kind, drawn, words, onclick) {
  const element = h("button", { class: `round ${kind}`, type: "button", onclick }, icon(drawn));
  label(element, words);
  return element;
}

/** Where a film was left, in words and as a line. @param {number} position @param {number} duration */
function goOn(position, duration) {
  return [
    h("span", { class: "row-left" }, text.library.goOn(clockTime(position))),
    h("progress", { class: "row-bar", max: duration, value: position, "aria-hidden": "true" }),
  ];
}

/** @param {Item} item */
function inside(item) {
  return [
    h("span", { class: "tile" }, icon(drawing(item))),
    h(
      "span", { class: "row-text" },
      h("span", { class: "row-title" }, item.title),
      h("span", { class: "row-facts" }, item.watched && watched(), facts(item)),
      h("span", { class: `row-delivery delivery-${item.delivery?.mode ?? "unknown"}` }, delivery(item)),
      ...(item.left_at === undefined || item.duration === undefined ? [] : goOn(item.left_at, item.duration)),
    ),
    h("span", { class: "row-end" }, item.duration === undefined ? "" : clockTime(item.duration)),
  ];
}

function watched() {
  return h("span", { class: "row-watched" }, icon("check"), text.library.watched);
}

/** @param {Item} item */
function drawing(item) {
  if (item.playable === false) return "blocked";
  return item.playable && !item.height ? "note" : "film";
}

/** @param {Item} item */
function facts(item) {
  const kind = item.playable ? pictureHeight(item.height) || text.library.soundOnly : "";
  return [kind, ending(item.path), fileSize(item.size)].filter(Boolean).join(" · ");
}

/** The kind of file, which tells two of the same title apart. @param {string | undefined} path */
function ending(path) {
  return /\.([A-Za-z0-9]{1,5})$/.exec(path ?? "")?.[1].toUpperCase() ?? "";
}

/** @param {Item} item */
function delivery(item) {
  if (item.playable === false) return text.library.problem(item.problem);
  return item.playable ? plannedDelivery(item) : text.library.unknown;
}
