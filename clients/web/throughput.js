const LATEST = 8;
/** Segments that count. */
const ENOUGH = 200_000;
/** Bytes without which a measurement means little: a small segment arrives in one piece. */

/**
 * How fast segments arrive, once they are there. hls.js's own estimate counts the time before the first byte, too, in
 * which a segment may still have to be made: that says nothing about the network.
 */
export class Throughput {
  /** @type {{bytes: number, took: number}[]} */
  #latest = [];

  /** @param {{loaded: number, loading: {first: number, end: number}}} stats of a segment, as hls.js keeps them */
  add({ loaded, loading }) {
    const took = loading.end - loading.first;
    if (loaded > 0 && took >= 0) this.#latest = [...this.#latest, { bytes: loaded, took }].slice(-LATEST);
  }

  forget() {
    this.#latest = [];
  }

  /** kbit/s, or undefined while too little has come. */
  get kbps() {
    const bytes = this.#latest.reduce((sum, one) => sum + one.bytes, 0);
    const took = this.#latest.reduce((sum, one) => sum + one.took, 0);
    return bytes >= ENOUGH ? Math.min(10_000_000, (8 * bytes) / Math.max(took, 1)) : undefined;
  }
}
