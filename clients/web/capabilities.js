/**
 * What this browser plays: probed, not guessed from its name.
 *
 * A stream's codecs (H.264, HEVC, AAC, AC-3) reach the <video> through a script where there is Media Source Extensions,
 * and through the browser's own player where a film is given as a file: such a codec is named only when both take it.
 * What is never streamed as it is, the browser's own player alone decides.
 */

/** @typedef {(level: string) => string} Family a codec's name by its level */

/** @param {string} codec */
const picture = (codec) => `video/mp4; codecs="${codec}"`;
/** @param {string} codec */
const sound = (codec) => `audio/mp4; codecs="${codec}"`;

const H264_LEVELS = ["34", "33", "32", "2A", "29", "28", "20", "1F", "1E", "15"];
const HEVC_LEVELS = ["186", "183", "180", "156", "153", "150", "123", "120", "93", "90"];
const VP9_LEVELS = ["62", "61", "60", "52", "51", "50", "41", "40", "31", "30"];
const AV1_LEVELS = ["19", "16", "15", "14", "13", "12", "09", "08", "05", "04"];

/** Per codec and profile, from the highest level down: the first that is taken is named, since it covers the lower ones. @type {Record<string, [string[], Family][]>} */
const VIDEO = {
  h264: ["42E0", "4D40", "6400", "6E00", "7A00", "F400"].map((profile) => [H264_LEVELS, (level) => picture(`avc1.${profile}${level}`)]),
  hevc: ["hvc1.1.6", "hev1.1.6", "hvc1.2.4", "hev1.2.4"].map((profile) => [HEVC_LEVELS, (level) => picture(`${profile}.L${level}.90`)]),
  vp9: [
    ...["00", "01"].map((profile) => /** @type {[string[], Family]} */ ([VP9_LEVELS, (level) => picture(`vp09.${profile}.${level}.08`)])),
    ...["02", "03"].map((profile) => /** @type {[string[], Family]} */ ([VP9_LEVELS, (level) => picture(`vp09.${profile}.${level}.10`)])),
    [["vp9"], (name) => `video/webm; codecs="${name}"`],
  ],
  av1: [
    ...["08", "10"].map((depth) => /** @type {[string[], Family]} */ ([AV1_LEVELS, (level) => picture(`av01.0.${level}M.${depth}`)])),
    [AV1_LEVELS, (level) => `video/webm; codecs="av01.0.${level}M.08"`],
  ],
  vp8: [[["vp8"], (name) => `video/webm; codecs="${name}"`]],
};
/** @type {Record<string, string[]>} */
const AUDIO = {
  aac: ["mp4a.40.2", "mp4a.40.5", "mp4a.40.29"].map(sound),
  ac3: [sound("ac-3")],
  eac3: [sound("ec-3")],
  opus: [sound("opus"), 'audio/webm; codecs="opus"', 'audio/ogg; codecs="opus"'],
  flac: [sound("flac"), "audio/flac", 'audio/ogg; codecs="flac"'],
  mp3: ["audio/mpeg", sound("mp4a.69"), sound("mp4a.6B"), sound("mp3")],
  vorbis: ['audio/webm; codecs="vorbis"', 'audio/ogg; codecs="vorbis"'],
  alac: [sound("alac")],
  pcm: ['audio/wav; codecs="1"'],
};
const CONTAINERS = [
  "video/mp4", "audio/mp4", "video/webm", "audio/webm", "video/x-matroska", "audio/x-matroska", "video/quicktime", "video/ogg", "audio/ogg",
  "audio/mpeg", "audio/flac", "audio/wav", "audio/aac",
];
const STREAMED = ["h264", "hevc", "aac", "ac3"];
const NATIVE_HLS = "application/vnd.apple.mpegurl";
const FULL_HD = 1080;

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

/** Without its codecs a type is never more than a maybe; with them a maybe is a guess. @param {string} type */
function opensFile(type) {
  const answer = document.createElement("video").canPlayType(type);
  return type.includes("codecs") ? answer === "probably" : answer !== "";
}

/** Whether a type of this codec is taken on every way on which it may come. @param {string} codec @param {string} type */
function isTaken(codec, type) {
  const source = prober();
  return opensFile(type) && (!source || !STREAMED.includes(codec) || source.isTypeSupported(type));
}

/** @type {Map<string, string[]>} */
const known = new Map();

/** The types of a codec that are taken; asked once, since every row of the library wants to know. @param {string} codec @returns {string[]} */
function taken(codec) {
  const found = known.get(codec) ?? ask(codec);
  known.set(codec, found);
  return found;
}

/** @param {string} codec @returns {string[]} */
function ask(codec) {
  const pictures = (VIDEO[codec] ?? []).map(([levels, type]) => levels.map(type).find((one) => isTaken(codec, one)));
  const sounds = (AUDIO[codec] ?? []).filter((one) => isTaken(codec, one));
  return [...pictures, ...sounds].filter((one) => one !== undefined);
}

/** Whether this browser plays a codec, by FFmpeg's name of it. @param {string} codec */
export function canPlay(codec) {
  return taken(codec).length > 0;
}

/**
 * The highest picture that is worth sending, where there is such a limit. Decoding is what counts, not the screen: a
 * desk with 1080 lines shows a film of 2160 better as it is than made smaller by the box, and where nothing may be
 * converted it would be refused. Only what is held in a hand and has fewer than 1080 lines itself (all of its pixels
 * counted) is a device that chokes on more.
 */
function highestPicture() {
  const inHand = matchMedia("(pointer: coarse) and (hover: none)").matches;
  const lines = Math.min(screen.width, screen.height) * devicePixelRatio;
  return inHand && lines > 0 && lines < FULL_HD ? { max_height: FULL_HD } : {};
}

/** The `capabilities` of `register`. */
export function probe() {
  return {
    video: Object.keys(VIDEO).flatMap(taken),
    audio: Object.keys(AUDIO).flatMap(taken),
    containers: CONTAINERS.filter(opensFile),
    mse: hasMediaSource(),
    native_hls: opensFile(NATIVE_HLS),
    ...highestPicture(),
  };
}
