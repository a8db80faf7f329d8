import { CommandError } from "./rpc.js";

/**
 * Tells the daemon of seeks, one at a time: a key that is held down asks for the last place, not for every one.
 *
 * @typedef {import("./connection.js").Connection} Connection
 */
export class Seeker {
  #connection;
  #onRefused;
  /** @type {number | null} */
  #wanted = null;
  #busy = false;
  /** Where the player was before the seeks that are under way. */
  #origin = 0;

  /** @param {Connection} connection @param {(origin: number, error: CommandError) => void} onRefused */
  constructor(connection, onRefused) {
    this.#connection = connection;
    this.#onRefused = onRefused;
  }

  /** @param {number} from @param {number} to */
  go(from, to) {
    if (!this.#busy) this.#origin = from;
    this.#wanted = to;
    if (!this.#busy) void this.#send();
  }

  async #send() {
    this.#busy = true;
    try {
      while (this.#wanted !== null) {
        const position = this.#wanted;
        this.#wanted = null;
        await this.#connection.call("hls_seek", { position });
      }
    } catch (error) {
      this.#wanted = null;
      if (error instanceof CommandError) this.#onRefused(this.#origin, error);
    } finally {
      this.#busy = false;
    }
  }
}
