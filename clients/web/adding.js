/** What one may do with a film of the library besides playing it: put it into a queue, or suggest it for the TV. */

import { refOf } from "./item_ref.js";
import { text } from "./text.js";
import { toast } from "./toast.js";
import { hereName } from "./tv_dock.js";

/**
 * @typedef {import("./menu.js").Choice} Choice @typedef {import("./queue.js").Queue} Queue
 * @typedef {{media_id?: string, path?: string, title: string, duration?: number}} Film
 * @typedef {{connection: import("./connection.js").Connection, tv: import("./tv.js").Tv, mine: Queue, theirs: Queue,
 *   suggestions: import("./suggestions.js").Suggestions}} Room
 */

const words = text.queue;

/** @param {Room} room @param {Film} film @returns {Choice[]} */
export function filmChoices(room, film) {
  const one = { item: refOf(film), title: film.title, duration: film.duration };
  return [
    { name: words.playNext(hereName), icon: "playNext", act: () => void add(room.mine, one, "next") },
    { name: words.add(hereName), icon: "add", act: () => void add(room.mine, one, "end") },
    ...(room.tv.isThere ? tvChoices(room, one) : []),
  ];
}

/** @param {Room} room @param {import("./wire.js").Folder} folder @returns {Choice[]} */
export function folderChoices(room, folder) {
  const all = { item: { path: folder.path }, title: folder.name, folder: true };
  const theirs = () => void add(room.theirs, all, "end", room.tv.isMine);
  return [
    { name: words.addAll(hereName), icon: "add", act: () => void add(room.mine, all, "end") },
    .../** @type {Choice[]} */ (room.tv.isThere ? [{ name: words.addAll(text.tv.name), icon: "add", place: "tv", act: theirs }] : []),
  ];
}

/** @param {Room} room @param {{item: import("./wire.js").ItemRef, title: string, duration?: number}} film @returns {Choice[]} */
function tvChoices({ connection, tv, theirs, suggestions }, film) {
  const name = text.tv.name;
  const guest = connection.role === "guest";
  /** @type {Choice[]} */
  const choices = [];
  if (tv.isMine || !guest) choices.push({ name: words.playNext(name), icon: "playNext", place: "tv", act: () => void add(theirs, film, "next", tv.isMine) });
  choices.push({ name: words.add(name), icon: "add", place: "tv", act: () => void add(theirs, film, "end", tv.isMine) });
  if (!tv.isMine && tv.holder) choices.push({ name: words.suggestPlay(tv.holder.name), icon: "hand", place: "tv", act: () => void suggestions.suggest("play", film.item) });
  if (!tv.isMine && tv.holder && guest) choices.push({ name: words.suggestAdd(tv.holder.name), icon: "hand", place: "tv", act: () => void suggestions.suggest("add", film.item) });
  return choices;
}

/**
 * Put it in, say so, and offer the way back to who may take it.
 *
 * @param {Queue} queue @param {Parameters<Queue["add"]>[0]} film @param {"next" | "end"} at @param {boolean} [undoes]
 */
async function add(queue, film, at, undoes = true) {
  if (!(await queue.add(film, at))) return;
  const place = queue.target === "mine" ? hereName : text.tv.name;
  const said = at === "next" ? words.comesNext(film.title, place) : words.added(film.title, place);
  toast(said, undoes ? { name: words.undo, act: () => void queue.undo() } : undefined);
}
