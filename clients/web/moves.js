/**
 * Moves a film between the TV and this device: the same film, the same second. Nothing stops before the other side
 * shows a picture.
 *
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./playback.js").Playback} Playback
 * @typedef {import("./tv.js").Tv} Tv
 */

import { catchUp, firstPicture } from "./catch_up.js";
import { tellPlace } from "./reporter.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

export class Moves {
  #connection;
  #playback;
  #tv;

  /** @param {Connection} connection @param {Playback} playback @param {Tv} tv */
  constructor(connection, playback, tv) {
    this.#connection = connection;
    this.#playback = playback;
    this.#tv = tv;
  }

  /** The TV's film, here; the TV stops if it is mine, and goes on if it is not. */
  async continueHere() {
    const [tv, playback] = [this.#tv, this.#playback];
    const { item, title = "", duration } = tv.status ?? {};
    if (!item) return;
    const stops = tv.isMine;
    /** @returns {[number, boolean] | null} */
    const there = () => (sameFilm(tv.status?.item, item) ? [tv.position, tv.status?.timeline?.playing ?? false] : null);
    await playback.follow({ ...item, title, duration }, there);
    if (!(await firstPicture(playback))) return;
    await catchUp(playback, () => there()?.[0] ?? null);
    tellPlace(this.#connection, playback);
    toast(text.tv.here(title));
    if (stops && tv.isMine && there()) await tv.command("server_stop");
  }

  /** What plays here, on the TV; asks for the TV first if need be. */
  async sendToTv() {
    await this.#tv.whenMine(() => void this.#send());
  }

  async #send() {
    const [tv, playback] = [this.#tv, this.#playback];
    const { film, position } = playback;
    if (!film) return;
    if (!playback.isThere) return tv.playFilm(film, position);
    tellPlace(this.#connection, playback);
    playback.leaves = true;
    const sent = await tv.command("send_to_screen");
    if (sent && playback.film === film) playback.letGo();
    playback.leaves = false;
    if (sent) toast(text.tv.sent(film.title));
  }
}

/** @param {import("./wire.js").ItemRef | undefined} one @param {import("./wire.js").ItemRef} other */
function sameFilm(one, other) {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
