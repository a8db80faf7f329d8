/**
 * Where this tab is in which film: kept over reloads, so that a reloaded tab goes on at the same second. The daemon's
 * timeline knows it, too, but it runs on while the tab is away.
 *
 * @typedef {{media_id?: string, path?: string, title: string, video_codec?: string, duration?: number}} Film
 * @typedef {{film: Film, stream_id?: string, position: number, playing: boolean}} Place
 */

import * as storage from "./storage.js";

const KEY = "place";

/** @param {Place} place */
export function keepPlace(place) {
  storage.tab.set(KEY, place);
}

/** @returns {Place | null} */
export function keptPlace() {
  return storage.tab.get(KEY);
}

/** The film was stopped: there is nothing to go on with. */
export function forgetPlace() {
  storage.tab.set(KEY, null);
}

/** Where a timeline is at a time of the server's clock. @param {import("./wire.js").Timeline} timeline @param {number} now @param {number} [duration] */
export function positionAt(timeline, now, duration = Infinity) {
  const moved = timeline.playing ? (now - timeline.at) * timeline.rate : 0;
  return Math.min(Math.max(0, timeline.position + moved), duration);
}
