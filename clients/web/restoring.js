/**
 * What becomes of this device's film after a reload or a broken connection.
 *
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./playback.js").Playback} Playback
 * @typedef {import("./wire.js").StreamStatus} StreamStatus
 */

import { clockTime } from "./format.js";
import { keptPlace } from "./place.js";
import { asError } from "./rpc.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

/** Let a film go on whenever the page has registered. @param {Connection} connection @param {Playback} playback */
export function restoreAfter(connection, playback) {
  connection.addEventListener("registered", (event) => void restore(/** @type {CustomEvent} */ (event).detail.resumed));

  /** @param {boolean} resumed */
  async function restore(resumed) {
    const { turn } = playback;
    try {
      const status = resumed ? await connection.call("hls_status") : null;
      if (turn !== playback.turn) return;
      if (playback.phase === "idle") fresh(playback, status);
      else if (playback.isThere) live(playback, status);
      else if (playback.phase === "failed" && playback.goesOn) playback.takeUp(status);
    } catch {
      // The connection broke again; the next register comes here again.
    }
  }
}

/** A page that was just loaded. @param {Playback} playback @param {StreamStatus | null} status */
function fresh(playback, status) {
  const place = keptPlace();
  const mine = place && status?.stream_id === place.stream_id;
  if (status?.timeline && status.state !== "idle") {
    const position = mine ? place.position : playback.placeOf(status);
    const film = mine ? place.film : { ...status.item, title: status.title ?? "", duration: status.duration };
    playback.film = film;
    if (status.state === "failed" && status.error) return playback.fail(asError(status.error), position);
    const waits = status.state === "waiting"; // its time stands until its turn comes
    if (!waits) toast(text.player.resumed(film.title, clockTime(position)));
    void playback.show(status, position, mine ? place.playing : waits || status.timeline.playing);
  } else if (place) {
    playback.film = place.film;
    playback.lose(place.position);
  }
}

/** A page whose connection was away. @param {Playback} playback @param {StreamStatus | null} status */
function live(playback, status) {
  if (status && status.stream_id === playback.status?.stream_id) playback.keepUp(status);
  else if (playback.playing || playback.isOurFilm(status)) playback.takeUp(status);
  else playback.lose();
}
