/**
 * Small pictures of a film by second: tiles of larger ones, named by a WebVTT file (`tiles-3.jpg#xywh=160,90,160,90`).
 * Without such a file there are none.
 *
 * @typedef {{start: number, end: number, image: string, x: number, y: number, width: number, height: number}} Tile
 */

const TIME = /(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)/;
const PLACE = /^(.+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

export class Thumbnails {
  #address = "";
  /** @type {Tile[]} */
  #tiles = [];

  /** Know the pictures of a film; asked again and again, they are fetched once. @param {string | undefined} address */
  use(address = "") {
    if (address === this.#address) return;
    this.#address = address;
    this.#tiles = [];
    if (address) void this.#load(new URL(address, location.href).href, address);
  }

  /** The picture of a second. @param {number} seconds */
  at(seconds) {
    return this.#tiles.find(({ start, end }) => start <= seconds && seconds < end) ?? null;
  }

  /** @param {string} url @param {string} address */
  async #load(url, address) {
    try {
      const answer = await fetch(url);
      if (answer.ok && address === this.#address) this.#tiles = read(await answer.text(), url);
      else if (address === this.#address) this.#address = "";
    } catch {
      if (address === this.#address) this.#address = ""; // asked again when somebody drags again
    }
  }
}

/** @param {string} text @param {string} base @returns {Tile[]} */
function read(text, base) {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, number) => {
    if (!line.includes("-->")) return [];
    const [start, end] = line.split("-->").map(seconds);
    const found = PLACE.exec(lines[number + 1]?.trim() ?? "");
    if (!found) return [];
    const [x, y, width, height] = found.slice(2).map(Number);
    return [{ start, end, image: new URL(found[1], base).href, x, y, width, height }];
  });
}

/** @param {string} stamp */
function seconds(stamp) {
  const [, hours = "0", minutes = "0", rest = "0"] = TIME.exec(stamp) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}
