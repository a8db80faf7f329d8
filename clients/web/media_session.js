/** What the system's own controls show and do: the lock screen, a headset's buttons, the keyboard's media keys. */

/** @typedef {import("./playback.js").Playback} Playback */

const STEP = 10;

/** @param {Playback} playback @param {import("./way.js").Way} way */
export function tellSystem(playback, way) {
  const session = navigator.mediaSession;
  if (!session) return;
  const { video } = playback;

  /** @param {MediaSessionAction} action @param {MediaSessionActionHandler | null} act */
  function on(action, act) {
    try {
      session.setActionHandler(action, act);
    } catch {
      // Not every browser knows every action.
    }
  }

  function draw() {
    const { film, phase } = playback;
    const there = film !== null && phase !== "idle";
    if (session.metadata?.title !== film?.title) session.metadata = there ? new MediaMetadata({ title: film.title }) : null;
    session.playbackState = there ? (playback.playing ? "playing" : "paused") : "none";
    on("nexttrack", way.hasNext ? () => void way.next() : null);
    on("previoustrack", way.hasPrevious ? () => void way.previous() : null);
    place();
  }

  function place() {
    const { duration, position } = playback;
    if (duration > 0 && position <= duration) session.setPositionState?.({ duration, position, playbackRate: video.playbackRate });
  }

  on("play", () => video.paused && playback.toggle());
  on("pause", () => video.paused || playback.toggle());
  on("stop", () => void playback.stop());
  on("seekbackward", ({ seekOffset }) => playback.seek(playback.position - (seekOffset ?? STEP)));
  on("seekforward", ({ seekOffset }) => playback.seek(playback.position + (seekOffset ?? STEP)));
  on("seekto", ({ seekTime }) => seekTime !== undefined && playback.seek(seekTime));
  playback.addEventListener("change", draw);
  way.addEventListener("change", draw);
  for (const event of ["play", "pause", "ended"]) video.addEventListener(event, draw);
  for (const event of ["seeked", "ratechange", "loadedmetadata"]) video.addEventListener(event, place);
}
