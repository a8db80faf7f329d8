/**
 * The theatre: the picture fills everything and the controls lie over it. In full screen, and on a phone held sideways.
 * The whole page goes full screen, not the player alone, so that the connection strip and messages stay visible.
 */

const SIDEWAYS = matchMedia("(orientation: landscape) and (max-height: 520px)");

/** Full screen, or back; on an iPhone only the bare video can. @param {HTMLVideoElement} video */
export function toggleFullscreen(video) {
  const page = document.documentElement;
  if (document.fullscreenElement) void document.exitFullscreen();
  else if (page.requestFullscreen) page.requestFullscreen().catch(() => {});
  else /** @type {any} */ (video).webkitEnterFullscreen?.();
}

/** Keep the page's layout in line with the screen. @param {import("./playback.js").Playback} playback */
export function arrangeTheatre(playback) {
  function draw() {
    const dark = playback.phase !== "idle" && (document.fullscreenElement !== null || SIDEWAYS.matches);
    document.body.classList.toggle("theatre", dark);
  }
  document.addEventListener("fullscreenchange", draw);
  SIDEWAYS.addEventListener("change", draw);
  playback.addEventListener("change", draw);
  draw();
}
