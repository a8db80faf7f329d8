/** The sentences about queues and suggestions, in English; a part of the catalogue. */

/** @typedef {{kind: import("./wire.js").SuggestionKind, title?: string}} Wish */
/** @typedef {(what: string, by: string, reason: string) => string} Outcome */

export const QUEUE = {
  title: "Queue",
  open: "Show the queue",
  close: "Close the queue",
  whose: "Whose queue",
  list: "What comes",
  /** @param {string} title */
  more: (title) => `More for ${title}`,
  /** @param {number} count */
  films: (count) => (count === 1 ? "1 film" : `${count.toLocaleString("en")} films`),
  /** @param {string} time */
  atLeast: (time) => `at least ${time}`,
  emptyHere: "Nothing waits here. “⋮” beside a film or folder of the library adds it.",
  emptyTv: "Nothing waits for the TV. “⋮” beside a film or folder of the library adds it.",
  locked: "Only who has the TV changes this order. You may add films from the library.",
  lockedFree: "Take the TV to change this order. You may add films from the library.",
  loading: "…",

  /** @param {string} place */
  playNext: (place) => `Play next · ${place}`,
  /** @param {string} place */
  add: (place) => `Add to queue · ${place}`,
  /** @param {string} place */
  addAll: (place) => `Add all · ${place}`,
  /** @param {string} holder */
  suggestPlay: (holder) => `Suggest to ${holder}: play it`,
  /** @param {string} holder */
  suggestAdd: (holder) => `Suggest to ${holder}: add it`,
  /** @param {string} title @param {string} place */
  added: (title, place) => `${title} is in the queue · ${place}.`,
  /** @param {string} title @param {string} place */
  comesNext: (title, place) => `${title} comes next · ${place}.`,
  /** @param {string} who @param {string} title */
  addedBy: (who, title) => `${who} added ${title}.`,
  /** @param {string} who @param {number} count */
  addedManyBy: (who, count) => `${who} added ${count} films.`,

  playNow: "Play now",
  now: "Now",
  /** @param {string} who */
  by: (who) => `from ${who}`,
  /** @param {string} title */
  up: (title) => `Move ${title} up`,
  /** @param {string} title */
  down: (title) => `Move ${title} down`,
  /** @param {string} title */
  remove: (title) => `Remove ${title}`,
  /** @param {string} title @param {number} place @param {number} total */
  movedTo: (title, place, total) => `${title}: place ${place} of ${total}.`,
  /** @param {string} title */
  removed: (title) => `Removed ${title}.`,
  cleared: "The queue is empty.",
  clear: "Empty the queue",
  undo: "Undo",
  undone: "Undone.",
  shuffle: "Shuffle",
  /** @type {Record<import("./wire.js").Repeat, string>} */
  repeat: { off: "Repeat: off", all: "Repeat: all", one: "Repeat: this film" },

  next: "Next in the queue",
  previous: "Previous in the queue",

  sendToTv: "Send this queue to the TV",
  takeFromTv: "Take this queue to this device",
  sendHow: "What happens to the TV’s queue?",
  takeHow: "What happens to the queue here?",
  replaceThere: "Replace it and go on there",
  replaceHere: "Replace it and go on here",
  append: "Add at its end",
  cancel: "Cancel",
  sent: "The TV goes on with your queue.",
  sentAppended: "Your films wait for the TV.",
  taken: "The TV’s queue goes on here.",
  takenAppended: "The TV’s films wait here.",

  conflict: "Somebody changed the queue at the same moment. This is how it is now; nothing of yours was done.",
  gone: "That film is not in the queue any more.",
  nothingToUndo: "There is nothing of yours to undo.",
  nothingThere: "The queue has nothing there.",
  full: "A queue holds 10,000 films. Remove some first.",

  suggest: "Suggest",
  suggestions: "Suggestions",
  /** What is suggested, as a person would say it. @param {Wish} wish */
  what: ({ kind, title = "" }) =>
    ({
      play: `Play ${title}`, add: `Add ${title}`, skip: "Skip this film", previous: "Back to the previous film", pause: "Pause",
      resume: "Go on", louder: "Louder", softer: "Softer", stop: "Stop",
    })[kind],
  /** @param {number} seconds */
  suggested: (seconds) => `Suggested. There are ${seconds} seconds to answer.`,
  /** @param {string} what @param {number} seconds */
  waits: (what, seconds) => `${what}: no answer yet · ${seconds} s`,
  takeBack: "Take back",
  nobodyThere: "Nobody is there who could say yes. Take the TV, or try later.",
  /** @param {string} by */
  asks: (by) => `${by} suggests`,
  /** @param {string} by @param {string} what @param {number} seconds */
  asksSpoken: (by, what, seconds) => `${by} suggests for the TV: ${what}. You have ${seconds} seconds to answer.`,
  /** @param {number} seconds */
  left: (seconds) => `${seconds} s`,
  /** @param {number} count */
  moreWait: (count) => `${count} more`,
  accept: "Yes",
  refuse: "No",
  /** @type {Record<import("./wire.js").SuggestionAnswered["outcome"], Outcome>} */
  outcomes: {
    accepted: (what, by) => `${what}: ${by} said yes.`,
    refused: (what, by) => `${what}: ${by} said no.`,
    expired: (what) => `${what}: nobody answered.`,
    withdrawn: (what) => `${what}: taken back.`,
    failed: (what, by, reason) => `${what}: ${by || "somebody"} said yes, but it did not work. ${reason}`,
  },
  /** @param {string} what @param {string} asker @param {import("./wire.js").SuggestionAnswered["outcome"]} outcome */
  decided: (what, asker, outcome) =>
    outcome === "withdrawn" ? `${asker} took it back: ${what}.` : `${asker}’s suggestion is decided: ${what}.`,
};
