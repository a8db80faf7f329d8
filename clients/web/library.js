import { h, say, show } from "./dom.js";
import { sentenceFor } from "./errors.js";
import { filmRow, folderRow, markPlaying } from "./film_row.js";
import { icon } from "./icons.js";
import { Left } from "./left.js";
import { addressOf, folderInAddress, trail } from "./route.js";
import { text } from "./text.js";

/**
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./wire.js").Item} Item
 * @typedef {import("./wire.js").Listing} Listing
 */

const words = text.library;
const TYPING = 250;
/** Milliseconds of peace after which what was typed is searched for. */

/** The library: where one is, what is there, and a search through all of it. */
export class Library {
  #connection;
  #places;
  #left;
  #asked = 0;
  #page = 1;
  #query = "";
  #loaded = false;
  #shown = 0;
  /** @type {number | undefined} */
  #typing;
  #playing = "";

  #crumbs = h("nav", { class: "crumbs", "aria-label": words.path });
  #search = h("input", { type: "search", class: "search-input", placeholder: words.search, autocomplete: "off", "aria-label": words.search, maxLength: 200 });
  #list = h("ul", { class: "rows" });
  #note = h("p", { class: "note", role: "status" });
  #more = h("button", { class: "quiet more", type: "button" });
  element = h(
    "section", { class: "library", "aria-label": words.title },
    h("div", { class: "library-head" }, this.#crumbs, h("div", { class: "search" }, icon("search"), this.#search)),
  );

  /** @param {Connection} connection @param {import("./film_row.js").Places} places */
  constructor(connection, places) {
    this.#connection = connection;
    this.#places = places;
    this.#left = new Left(connection, places);
    this.element.append(this.#left.element, this.#list, this.#note, this.#more);
    this.#search.addEventListener("input", () => this.#typed());
    this.#more.addEventListener("click", () => void this.#load(this.#page + 1));
    addEventListener("hashchange", () => this.#enter());
    connection.addEventListener("registered", () => this.#loaded || void this.#load(1));
    show(this.#more, false);
  }

  /** Mark the film that plays here. What played before was left somewhere, or watched. @param {string} mediaId */
  mark(mediaId) {
    const before = this.#playing;
    this.#playing = mediaId;
    for (const row of this.#list.children) markPlaying(/** @type {HTMLElement} */ (row), mediaId);
    this.#left.mark(mediaId);
    if (before === mediaId || !before) return;
    void this.#left.refresh();
    if (this.#list.querySelector(`[data-media="${before}"]`)) void this.#lookInto([before]);
  }

  #enter() {
    this.#query = this.#search.value = "";
    scrollTo({ top: 0 });
    void this.#load(1);
  }

  #typed() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#query = this.#search.value.trim();
      void this.#load(1);
    }, TYPING);
  }

  /** Fetch a page; only the newest request is shown. @param {number} page */
  async #load(page) {
    const asked = ++this.#asked;
    const params = this.#query ? { query: this.#query, page } : { path: folderInAddress(), page };
    this.element.setAttribute("aria-busy", "true");
    if (page === 1 && !this.#loaded) say(this.#note, words.loading);
    try {
      const listing = await this.#connection.call("browse", params);
      if (asked !== this.#asked) return;
      this.#draw(listing);
      if (page === 1) void this.#left.refresh(!this.#query && !listing.path);
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
    } finally {
      if (asked === this.#asked) this.element.setAttribute("aria-busy", "false");
    }
  }

  /** @param {Listing} listing */
  #draw(listing) {
    this.#loaded = true;
    this.#page = listing.page;
    if (listing.page === 1) this.#list.replaceChildren();
    this.#shown = (listing.page === 1 ? 0 : this.#shown) + listing.folders.length + listing.items.length;
    this.#list.append(...listing.folders.map((folder) => folderRow(folder, this.#places)), ...listing.items.map((item) => this.#row(item)));
    this.#drawCrumbs(listing.path);
    say(this.#note, this.#shown ? "" : this.#emptiness(listing.path));
    show(this.#more, listing.page < listing.pages);
    say(this.#more, words.more(this.#shown, listing.total));
    void this.#lookInto(listing.items.filter((item) => item.playable === undefined).map((item) => item.media_id));
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#loaded = false;
    this.#list.replaceChildren();
    void this.#left.refresh(false);
    this.#drawCrumbs(folderInAddress());
    show(this.#more, false);
    say(this.#note, sentenceFor(error));
  }

  /** @param {string} path */
  #emptiness(path) {
    if (this.#query) return words.nothing(this.#query);
    return path ? words.empty : words.emptyRoot;
  }

  /** @param {string} path */
  #drawCrumbs(path) {
    const steps = [{ name: words.home, path: "" }, ...(this.#query ? [] : trail(path))];
    if (this.#query) steps.push({ name: words.found(this.#query), path: "" });
    this.#crumbs.replaceChildren(h("ol", {}, ...steps.map((step, index) => this.#crumb(step, index === steps.length - 1))));
  }

  /** @param {{name: string, path: string}} step @param {boolean} last */
  #crumb(step, last) {
    if (last) return h("li", {}, h("h1", { "aria-current": "page" }, step.name));
    // Leaving a search for the folder that the address names already changes no address.
    const leave = () => folderInAddress() === step.path && this.#enter();
    return h("li", {}, h("a", { href: addressOf(step.path), onclick: leave }, step.name));
  }

  /** @param {Item} item */
  #row(item) {
    const row = filmRow(item, this.#places);
    markPlaying(row, this.#playing);
    return row;
  }

  /** Fill in what a listing had no time for, or what has changed, one film at a time. @param {string[]} mediaIds */
  async #lookInto(mediaIds) {
    const asked = this.#asked;
    for (const media_id of mediaIds) {
      try {
        const item = await this.#connection.call("get_item", { item: { media_id } });
        if (asked !== this.#asked) return;
        this.#list.querySelector(`[data-media="${media_id}"]`)?.replaceWith(this.#row(item));
      } catch {
        return; // The row says what it said before, and can be played all the same.
      }
    }
  }
}
