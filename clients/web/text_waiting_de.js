/** Die Schlange derer, für die ein Film umgewandelt werden muss, auf Deutsch. */

/** @type {typeof import("./text_waiting.js").WAITING} */
export const WAITING = {
  place: (number) => (number === 1 ? "Du bist als Nächstes dran" : `Du bist Nummer ${number} in der Schlange`),
  somewhere: "Du bist in der Schlange",
  soon: "gleich geht es los",
  seconds: (count) => `etwa ${count} Sekunden`,
  minutes: (count) => (count === 1 ? "etwa eine Minute" : `etwa ${count} Minuten`),
  hours: (count) => (count === 1 ? "etwa eine Stunde" : `etwa ${count} Stunden`),
  why: "Matinee wandelt so viele Filme um, wie es auf einmal kann. Deiner beginnt von selbst, wenn er dran ist.",
  offers: "Was du jetzt schon sehen kannst",
  file: "Die Datei abspielen, wie sie ist",
  whole: "Jetzt in voller Qualität ansehen",
  smaller: (quality) => `Jetzt in ${quality} ansehen`,
  sound: "Jetzt hören, ohne Bild",
  join: (at) => `Bei ${at} einsteigen`,
  leave: "Schlange verlassen",
  choice: "Du kannst jetzt schon auf andere Weise zusehen.",
};
