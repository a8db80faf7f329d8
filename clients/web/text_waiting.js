/** The sentences of the line of those for whom a film has to be made, in English; a part of the catalogue. */

export const WAITING = {
  /** @param {number} number */
  place: (number) => (number === 1 ? "You are next in line" : `You are number ${number} in line`),
  somewhere: "You are in line",
  soon: "any moment now",
  /** @param {number} count */
  seconds: (count) => `about ${count} seconds`,
  /** @param {number} count */
  minutes: (count) => (count === 1 ? "about a minute" : `about ${count} minutes`),
  /** @param {number} count */
  hours: (count) => (count === 1 ? "about an hour" : `about ${count} hours`),
  why: "Matinee converts as many films at once as it can. Yours begins by itself when its turn comes.",
  offers: "What you can watch now",
  file: "Play the file as it is",
  whole: "Watch in full quality now",
  /** @param {string} quality */
  smaller: (quality) => `Watch in ${quality} now`,
  sound: "Listen now, without the picture",
  /** @param {string} at */
  join: (at) => `Join at ${at}`,
  leave: "Leave the line",
  choice: "You can watch in another way now.",
};
