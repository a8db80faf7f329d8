import { bufferedAhead } from "./reporter.js";

/** @typedef {import("./playback.js").Playback} Playback */

const LOOK_EVERY = 100;
const PATIENCE = 20_000;
const NEAR = 0.25;
/** Seconds of film that have to be there behind the place that is jumped to, and that a jump itself takes. */
const ENOUGH = 0.5;
const JUMP_TAKES = 0.1;

/** Resolves when the first picture stands where it should; false when something else has happened. @param {Playback} playback */
export async function firstPicture(playback) {
  const { touches } = playback;
  for (let waited = 0; playback.touches === touches && waited < PATIENCE * 2; waited += LOOK_EVERY) {
    if (playback.landed && playback.video.readyState >= 2) return true;
    if (playback.phase !== "opening" && playback.phase !== "ready") return false;
    await pause();
  }
  return false;
}

/**
 * Bring the player to where a film is that runs elsewhere: what it lost while it loaded is skipped, as soon as that is
 * there. Ends when they are together, when a person moves the player, or when it cannot be done.
 *
 * @param {Playback} playback @param {() => number | null} where
 */
export async function catchUp(playback, where) {
  const { video, touches } = playback;
  for (let waited = 0; playback.touches === touches && playback.landed && waited < PATIENCE; waited += LOOK_EVERY) {
    const goal = where();
    if (goal === null || video.paused) return;
    const off = goal - video.currentTime;
    if (!video.seeking) {
      if (Math.abs(off) <= NEAR) return;
      if (off < 0 || bufferedAhead(video) > off + ENOUGH) playback.nudge(goal + JUMP_TAKES);
    }
    await pause();
  }
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
}
