/**
 * A queue as the page knows it: as long as it is, but filled only where somebody has looked. Every function answers a
 * new view and leaves the old one alone.
 *
 * @typedef {import("./wire.js").QueueItem} QueueItem
 * @typedef {import("./wire.js").QueueState} QueueState
 * @typedef {QueueItem & {seen: number}} Slot `seen` is the version at which it stood there
 * @typedef {{version: number, slots: (Slot | undefined)[], currentId?: string, repeat: import("./wire.js").Repeat, shuffle: boolean}} View
 */

/** @type {View} */
export const EMPTY = { version: -1, slots: [], repeat: "off", shuffle: false };

/** What the daemon has told. Slots of an older version stay until they are told anew: they are seldom far off. @param {View} view @param {QueueState} state @returns {View} */
export function learned(view, state) {
  const { version, items, total, first, current_id: currentId, repeat, shuffle } = state;
  if (version < view.version) return view;
  const slots = Array.from({ length: total }, (_, index) => view.slots[index]);
  items.forEach((item, index) => (slots[first + index] = { ...item, seen: version }));
  return { version, slots, currentId, repeat, shuffle };
}

/** @param {View} view @param {Set<string>} ids @returns {View} */
export function without(view, ids) {
  return { ...view, slots: view.slots.filter((slot) => !slot || !ids.has(slot.id)) };
}

/** Put an item before another, or at the end; nothing happens when one of them is not there. @param {View} view @param {string} id @param {string} [beforeId] @returns {View} */
export function moved(view, id, beforeId) {
  const slot = view.slots.find((one) => one?.id === id);
  if (!slot || id === beforeId) return view;
  const slots = view.slots.filter((one) => one !== slot);
  const index = beforeId === undefined ? slots.length : slots.findIndex((one) => one?.id === beforeId);
  if (index < 0) return view;
  slots.splice(index, 0, slot);
  return { ...view, slots };
}

/** Put films in that the daemon has not numbered yet; only while it has said nothing new. @param {View} view @param {QueueItem[]} items @param {"next" | "end"} at @param {number} version @returns {View} */
export function added(view, items, at, version) {
  if (view.version !== version) return view;
  const slots = [...view.slots];
  const index = at === "end" ? slots.length : placeOf(view) + 1;
  slots.splice(index, 0, ...items.map((item) => ({ ...item, seen: version })));
  return { ...view, slots };
}

/** The index of the present item; -1 when there is none. @param {View} view */
export function placeOf(view) {
  return view.currentId === undefined ? -1 : view.slots.findIndex((slot) => slot?.id === view.currentId);
}

/** The first index from `from` to before `to` that is not known as it is now; -1 when all are. @param {View} view @param {number} from @param {number} to */
export function unknown(view, from, to) {
  for (let index = Math.max(0, from); index < Math.min(to, view.slots.length); index++) {
    if (view.slots[index]?.seen !== view.version) return index;
  }
  return -1;
}

/** Seconds of all films together, and whether that is all of them. @param {View} view */
export function lengthOf(view) {
  let seconds = 0;
  let whole = true;
  for (const slot of view.slots) {
    seconds += slot?.duration ?? 0;
    whole &&= slot?.duration !== undefined;
  }
  return { seconds, whole };
}

/** What somebody has added since: items that were not there, but for the one that was put on at once. @param {View} before @param {QueueState} state */
export function newcomers(before, state) {
  const grown = state.total - before.slots.length;
  if (before.version < 0 || grown < 1) return [];
  const known = new Set(before.slots.map((slot) => slot?.id));
  const came = state.items.filter(({ id }) => !known.has(id));
  return came.length > grown ? [] : came.filter(({ id }) => id !== state.current_id);
}
