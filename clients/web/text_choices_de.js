/** Ton, Untertitel, Tempo und Qualität auf Deutsch. */

/** @type {typeof import("./text_choices.js").CHOICES} */
export const CHOICES = {
  open: "Ton, Untertitel, Qualität",
  title: "Für diesen Film",
  tvTitle: "Für den Film auf dem Fernseher",
  back: "Zurück",
  close: "Schließen",
  audio: "Ton",
  subtitles: "Untertitel",
  speed: "Tempo",
  quality: "Qualität",
  chapters: "Kapitel",

  off: "Aus",
  track: (number) => `Spur ${number}`,
  mono: "mono",
  stereo: "stereo",
  channels: (count) => `${count} Kanäle`,
  forced: "nur fremde Stellen",
  hearingImpaired: "für Hörgeschädigte",
  external: "eigene Datei",
  pictures: "Bilder",
  noAudio: "Dieser Film hat keinen Ton.",
  noSubtitles: "Dieser Film hat keine Untertitel.",
  noOtherAudio: "Dieser Film hat keinen anderen Ton.",
  burn: "Ins Bild zeichnen",
  burnDetail: "So, wie sie gemeint sind; der Film wird dafür umgewandelt",
  nowHearing: (name) => `Ton: ${name}`,
  nowReading: (name) => `Untertitel: ${name}`,

  times: (rate) => `${String(rate).replace(".", ",")}×`,
  usual: "wie gedreht",

  qualities: { auto: "Automatisch", original: "Original", "audio-only": "Nur Ton" },
  qualityDetails: {
    auto: "So gut, wie dieses Gerät und die Verbindung es zulassen",
    original: "So groß, wie der Film ist, koste es, was es wolle",
    "audio-only": "Kein Bild: am wenigsten Daten",
  },
  soundOnly: "Nur Ton",
  now: (size, why) => (why ? `Jetzt ${size}. ${why}.` : `Jetzt ${size}.`),
  changing: "Wird gerade geändert…",
  chapter: (number) => `Kapitel ${number}`,
};
