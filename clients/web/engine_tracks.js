/**
 * Which of a stream's tracks the player takes: hls.js is told, or the browser's own player. A master playlist names the
 * film's tracks in their order, and each by its number: `audio-2.m3u8`, `subtitles-0.m3u8`.
 *
 * The page draws what is spoken, so that the player's own text stays hidden. But where the system has the picture alone,
 * as in an iPhone's full screen, nothing of the page is seen: there the player shows it, and what a person chooses in the
 * system's own menu stays until they come back.
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

/** The text that the system was last told to show by itself. @type {WeakMap<HTMLVideoElement, string>} */
const systems = new WeakMap();

/** Call back when there is another text, and when the system takes the picture from the page or gives it back. @param {HTMLVideoElement} video @param {() => void} onChange */
export function onTextsMoved(video, onChange) {
  video.textTracks.addEventListener("addtrack", onChange);
  for (const event of ["webkitbeginfullscreen", "webkitendfullscreen", "webkitpresentationmodechanged"]) video.addEventListener(event, onChange);
}

/** Whether the system shows the picture without the page. @param {any} video */
function isSystems(video) {
  return video.webkitDisplayingFullscreen === true || video.webkitPresentationMode === "picture-in-picture";
}

/** Have the text with this number read, or none (-1). @param {any} hls @param {HTMLVideoElement} video @param {number} id */
export function chooseSubtitles(hls, video, id) {
  const texts = [...video.textTracks].filter(({ kind }) => kind === "subtitles" || kind === "captions");
  const [systemsOwn, wish] = [isSystems(video), `${video.currentSrc} ${texts.length} ${id}`];
  if (systemsOwn && systems.get(video) === wish) return;
  if (systemsOwn) systems.set(video, wish);
  else systems.delete(video);
  if (hls) {
    if (hls.subtitleDisplay !== systemsOwn) hls.subtitleDisplay = systemsOwn;
    const index = id < 0 ? -1 : indexOf(hls.subtitleTracks, id);
    if (index !== hls.subtitleTrack) hls.subtitleTrack = index;
    return;
  }
  const read = systemsOwn ? "showing" : "hidden";
  texts.forEach((track, index) => {
    const mode = id >= 0 && index === Math.min(id, texts.length - 1) ? read : "disabled";
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
