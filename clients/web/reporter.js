/**
 * Tells the daemon what the player really does: every few seconds while it plays, and when it starts or stops.
 *
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./playback.js").Playback} Playback
 */

const EVERY = 5_000;

/** @param {Connection} connection @param {Playback} playback */
export function reportTo(connection, playback) {
  const { video } = playback;
  let stalled = false;

  function report() {
    playback.keepPlace();
    tellPlace(connection, playback, stalled);
  }

  video.addEventListener("waiting", () => (stalled = true));
  video.addEventListener("playing", () => (stalled = false));
  for (const event of ["playing", "ended"]) video.addEventListener(event, report);
  // The end is told once: a second word would be taken for one on the film that follows.
  video.addEventListener("pause", () => video.ended || report());
  setInterval(() => playback.playing && !playback.bridge.stands && report(), EVERY);
  addEventListener("pagehide", () => playback.keepPlace());
  document.addEventListener("visibilitychange", () => playback.keepPlace());
}

/** Tell the daemon where the player is. @param {Connection} connection @param {Playback} playback @param {boolean} [stalled] */
export function tellPlace(connection, playback, stalled = false) {
  const { video } = playback;
  if (!playback.landed) return;
  const { kbps } = playback.engine.throughput;
  connection.notify("hls_report", {
    position: video.ended ? playback.duration : video.currentTime,
    playing: !video.ended && playback.playing,
    buffered_s: bufferedAhead(video),
    stalled: stalled && !playback.inLine,
    stream_id: playback.status?.stream_id,
    dropped_frames: video.getVideoPlaybackQuality?.().droppedVideoFrames ?? 0,
    ...(kbps === undefined ? {} : { bandwidth_kbps: kbps }),
  });
}

/** Seconds that can be played without another byte. @param {HTMLVideoElement} video */
export function bufferedAhead(video) {
  const { buffered, currentTime } = video;
  for (let index = 0; index < buffered.length; index++) {
    const inside = buffered.start(index) <= currentTime + 0.1 && currentTime < buffered.end(index);
    if (inside) return buffered.end(index) - currentTime;
  }
  return 0;
}
