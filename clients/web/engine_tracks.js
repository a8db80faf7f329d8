/**
 * Which of a stream's tracks the player takes: hls.js is told, or the browser's own player. A master playlist names the
 * film's tracks in their order, and each by its number: `audio-2.m3u8`, `subtitles-0.m3u8`.
 *
 * @typedef {{url?: string}} HlsTrack as hls.js knows it
 */

/** Hear the sound track with this number. False when this player cannot be told, and must load the stream anew. @param {any} hls @param {HTMLVideoElement} video @param {number} id */
export function chooseSound(hls, video, id) {
  if (hls) {
    const index = indexOf(hls.audioTracks, id);
    if (index >= 0 && index !== hls.audioTrack) hls.audioTrack = index;
    return true;
  }
  return chooseNative(video, id);
}

/** Show the text with this number, or none (-1). The page draws what is spoken, so that the player's own text stays hidden. @param {any} hls @param {HTMLVideoElement} video @param {number} id */
export function chooseSubtitles(hls, video, id) {
  if (hls) {
    const index = id < 0 ? -1 : indexOf(hls.subtitleTracks, id);
    if (index !== hls.subtitleTrack) hls.subtitleTrack = index;
    return;
  }
  const texts = [...video.textTracks].filter(({ kind }) => kind === "subtitles" || kind === "captions");
  texts.forEach((track, index) => {
    const mode = id >= 0 && index === Math.min(id, texts.length - 1) ? "hidden" : "disabled";
    if (track.mode !== mode) track.mode = mode;
  });
}

/** By its address where that tells, else by its place. @param {HlsTrack[]} tracks @param {number} id */
function indexOf(tracks, id) {
  const named = tracks.findIndex(({ url }) => new RegExp(`-${id}\\.m3u8$`).test(url ?? ""));
  return named >= 0 || id >= tracks.length ? named : id;
}

/** What the browser's own player was last told, and for which source. @type {WeakMap<HTMLVideoElement, {source: string, id: number}>} */
const told = new WeakMap();

/** @param {HTMLVideoElement} video @param {number} id */
function chooseNative(video, id) {
  const [before, source] = [told.get(video), video.currentSrc];
  told.set(video, { source, id });
  if (!before || before.source !== source || before.id === id) return true; // a stream begins with the sound that is chosen
  const tracks = /** @type {any} */ (video).audioTracks;
  if (!tracks || tracks.length <= id) return false;
  for (let index = 0; index < tracks.length; index++) tracks[index].enabled = index === id;
  return true;
}
