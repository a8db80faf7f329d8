/** What this browser plays: probed, not guessed from its name. */

const VIDEO = {
  h264: ['video/mp4; codecs="avc1.42E01E"', 'video/mp4; codecs="avc1.4D401F"', 'video/mp4; codecs="avc1.640028"', 'video/mp4; codecs="avc1.640033"'],
  hevc: ['video/mp4; codecs="hvc1.1.6.L120.90"', 'video/mp4; codecs="hev1.1.6.L120.90"', 'video/mp4; codecs="hvc1.2.4.L150.90"'],
  vp9: ['video/mp4; codecs="vp09.00.40.08"', 'video/webm; codecs="vp9"'],
  av1: ['video/mp4; codecs="av01.0.08M.08"'],
};
const AUDIO = {
  aac: ['audio/mp4; codecs="mp4a.40.2"', 'audio/mp4; codecs="mp4a.40.5"'],
  ac3: ['audio/mp4; codecs="ac-3"'],
  eac3: ['audio/mp4; codecs="ec-3"'],
  opus: ['audio/mp4; codecs="opus"', 'audio/webm; codecs="opus"'],
  flac: ['audio/mp4; codecs="flac"'],
  mp3: ['audio/mpeg'],
};
const CONTAINERS = ["video/mp4", "video/webm"];
const NATIVE_HLS = "application/vnd.apple.mpegurl";

/** @typedef {{isTypeSupported(type: string): boolean}} Prober */

/** @returns {Prober | undefined} */
function prober() {
  const scope = /** @type {any} */ (globalThis);
  return scope.ManagedMediaSource ?? scope.MediaSource ?? scope.WebKitMediaSource;
}

/** Whether a script can feed the <video>: it cannot on an iPhone before iOS 17.1, which plays HLS by itself. */
export function hasMediaSource() {
  return prober() !== undefined;
}

/** @param {string} type */
function isSupported(type) {
  const source = prober();
  return source ? source.isTypeSupported(type) : document.createElement("video").canPlayType(type) !== "";
}

/** Whether this browser plays a codec, by FFmpeg's name of it. @param {string} codec */
export function canPlay(codec) {
  const types = { ...VIDEO, ...AUDIO }[/** @type {keyof typeof VIDEO | keyof typeof AUDIO} */ (codec)];
  return types !== undefined && types.some(isSupported);
}

/** The `capabilities` of `register`. */
export function probe() {
  return {
    video: Object.values(VIDEO).flat().filter(isSupported),
    audio: Object.values(AUDIO).flat().filter(isSupported),
    containers: CONTAINERS.filter((type) => document.createElement("video").canPlayType(type) !== ""),
    mse: hasMediaSource(),
    native_hls: document.createElement("video").canPlayType(NATIVE_HLS) !== "",
  };
}
