/** The sentences about sound, subtitles, speed and quality, in English; a part of the catalogue. */

/** @typedef {Partial<Record<import("./wire.js").Quality, string>>} QualityWords */

export const CHOICES = {
  open: "Sound, subtitles, quality",
  title: "For this film",
  tvTitle: "For the film on the TV",
  back: "Back",
  close: "Close",
  audio: "Sound",
  subtitles: "Subtitles",
  speed: "Speed",
  quality: "Quality",
  chapters: "Chapters",

  off: "Off",
  /** @param {number} number */
  track: (number) => `Track ${number}`,
  mono: "mono",
  stereo: "stereo",
  /** @param {number} count */
  channels: (count) => `${count} channels`,
  forced: "foreign parts only",
  hearingImpaired: "for the hard of hearing",
  external: "a file of its own",
  pictures: "pictures",
  noAudio: "This film has no sound.",
  noSubtitles: "This film has no subtitles.",
  noOtherAudio: "This film has no other sound.",
  burn: "Draw into the picture",
  burnDetail: "As their makers meant them; the film is converted for it",
  /** @param {string} name */
  nowHearing: (name) => `Sound: ${name}`,
  /** @param {string} name */
  nowReading: (name) => `Subtitles: ${name}`,

  /** @param {number} rate */
  times: (rate) => `${rate}×`,
  usual: "as it was made",

  qualities: /** @type {QualityWords} */ ({ auto: "Automatic", original: "Original", "audio-only": "Sound only" }),
  qualityDetails: /** @type {QualityWords} */ ({
    auto: "As good as this device and the connection allow",
    original: "As large as the film is, whatever it takes",
    "audio-only": "No picture: the least data",
  }),
  soundOnly: "Sound only",
  /** @param {string} size @param {string} why */
  now: (size, why) => (why ? `Now ${size}. ${why}.` : `Now ${size}.`),
  changing: "It is being changed…",
  /** @param {number} number */
  chapter: (number) => `Chapter ${number}`,
};
