/** One row of the library. */

import { plannedDelivery } from "./delivery.js";
import { h, label } from "./dom.js";
import { clockTime, fileSize, pictureHeight } from "./format.js";
import { icon } from "./icons.js";
import { addressOf } from "./route.js";
import { text } from "./text.js";

/** @typedef {import("./wire.js").Item} Item @typedef {import("./wire.js").Folder} Folder */
/** @typedef {{here: (item: Item) => void, there: (item: Item) => void}} Places where a film can be played */

/** @param {Folder} folder */
export function folderRow(folder) {
  return h(
    "li", { class: "row" },
    h(
      "a", { class: "row-body", href: addressOf(folder.path) },
      h("span", { class: "tile" }, icon("folder")),
      h("span", { class: "row-text" }, h("span", { class: "row-title" }, folder.name)),
      h("span", { class: "row-end" }, icon("chevron")),
    ),
  );
}

/**
 * A film: the row plays it here, the button at its end on the TV (shown only where there is one).
 *
 * @param {Item} item
 * @param {Places} places
 */
export function filmRow(item, { here, there }) {
  const row = h("li", { class: "row" });
  row.dataset.media = item.media_id;
  if (item.playable === false) {
    row.classList.add("row-dimmed");
    row.append(h("div", { class: "row-body" }, ...inside(item)));
  } else {
    row.append(h("button", { class: "row-body", type: "button", onclick: () => here(item) }, ...inside(item)));
    const onTv = h("button", { class: "round row-tv", type: "button", onclick: () => there(item) }, icon("send"));
    label(onTv, text.tv.playFilm(item.title));
    row.append(onTv);
  }
  return row;
}

/** @param {Item} item */
function inside(item) {
  return [
    h("span", { class: "tile" }, icon(drawing(item))),
    h(
      "span", { class: "row-text" },
      h("span", { class: "row-title" }, item.title),
      h("span", { class: "row-facts" }, facts(item)),
      h("span", { class: `row-delivery delivery-${item.delivery?.mode ?? "unknown"}` }, delivery(item)),
    ),
    h("span", { class: "row-end" }, item.duration === undefined ? "" : clockTime(item.duration)),
  ];
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
  if (item.playable === false) return item.problem ?? text.library.unplayable;
  return item.playable ? plannedDelivery(item) : text.library.unknown;
}
