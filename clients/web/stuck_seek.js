import { bufferedAhead } from "./reporter.js";

const PATIENCE = 1_000;
const ENOUGH = 0.5;

/**
 * Ask again for a seek that hangs although what it wants is there: WebKitGTK forgets one that comes before the first
 * picture. The patience doubles each time, since a slow machine may just be slow.
 *
 * @param {HTMLVideoElement} video
 */
export function mendStuckSeeks(video) {
  let patience = PATIENCE;
  /** @type {number | undefined} */
  let timer;

  function look() {
    if (!video.seeking) return;
    if (bufferedAhead(video) < ENOUGH) return wait();
    patience *= 2;
    video.currentTime = video.currentTime;
  }

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(look, patience);
  }

  function rest() {
    clearTimeout(timer);
    patience = PATIENCE;
  }

  video.addEventListener("seeking", wait);
  for (const event of ["seeked", "emptied"]) video.addEventListener(event, rest);
}
