/** What people call codecs. */

/** @type {Record<string, string>} */
const NAMES = {
  h264: "H.264", hevc: "HEVC", vp9: "VP9", vp8: "VP8", av1: "AV1", mpeg2video: "MPEG-2", mpeg4: "MPEG-4", vc1: "VC-1",
  aac: "AAC", ac3: "AC-3", eac3: "E-AC-3", opus: "Opus", mp3: "MP3", mp2: "MP2", flac: "FLAC", dts: "DTS",
  truehd: "TrueHD", vorbis: "Vorbis",
};

/** @param {string} codec by FFmpeg's name */
export function codecName(codec) {
  return NAMES[codec] ?? codec.toUpperCase();
}
