import { h, show } from "./dom.js";
import { leftRow, markPlaying } from "./film_row.js";
import { text } from "./text.js";

/**
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./wire.js").LeftFilm} LeftFilm
 */

const MOST = 3;

/** The films that this person left in the middle, newest first: a row of them above the library. */
export class Left {
  #connection;
  #places;
  #asked = 0;
  #wanted = false;
  #playing = "";
  #list = h("ul", { class: "rows" });
  element = h("section", { class: "left", hidden: true, "aria-labelledby": "left-title" }, h("h2", { id: "left-title" }, text.library.continue), this.#list);

  /** @param {Connection} connection @param {import("./film_row.js").Places} places */
  constructor(connection, places) {
    this.#connection = connection;
    this.#places = places;
  }

  /** Show it, with what there is by now, or hide it. @param {boolean} wanted */
  async refresh(wanted = this.#wanted) {
    this.#wanted = wanted;
    const asked = ++this.#asked;
    if (!wanted) return this.#draw([]);
    try {
      const { items } = await this.#connection.call("list_left", { limit: MOST });
      if (asked === this.#asked) this.#draw(items);
    } catch {
      return; // The library beside it says what is wrong; what was shown stays.
    }
  }

  /** Mark the film that plays here. @param {string} mediaId */
  mark(mediaId) {
    this.#playing = mediaId;
    for (const row of this.#list.children) markPlaying(/** @type {HTMLElement} */ (row), mediaId);
  }

  /** @param {LeftFilm[]} films */
  #draw(films) {
    this.#list.replaceChildren(...films.map((film) => leftRow(film, this.#places)));
    this.mark(this.#playing);
    show(this.element, films.length > 0);
  }
}
