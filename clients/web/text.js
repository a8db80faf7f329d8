/**
 * Every sentence of the page. Another language is another object of this shape; nothing else in the page holds words.
 *
 * @typedef {typeof ENGLISH} Catalogue
 */

import { list } from "./lists.js";
import { GERMAN } from "./text_de.js";
import { CHOICES } from "./text_choices.js";
import { DEVICES } from "./text_devices.js";
import { QUEUE } from "./text_queue.js";
import { WAITING } from "./text_waiting.js";

const ENGLISH = {
  name: "Matinee",
  tagline: "Films from the living room, on this device",

  strip: {
    connecting: "Connecting…",
    /** @param {string} server */
    connected: (server) => `Connected · ${server}`,
    connectedBrief: "Connected",
    /** @param {number} seconds */
    waiting: (seconds) => (seconds > 0 ? `Reconnecting in ${seconds} s` : "Reconnecting…"),
    lost: "Connection lost. Trying again.",
    offline: "Offline",
    unpaired: "Not paired",
    replaced: "Open elsewhere",
    unsupported: "Not compatible",
    retry: "Try now",
  },

  theme: {
    /** @param {string} name */
    label: (name) => `Colours: ${name}. Change`,
    auto: "automatic",
    dark: "dark",
    light: "light",
  },

  pairing: {
    title: "Pair this device",
    intro: "Matinee shows a code where it was started. Type it here, or scan the QR code beside it.",
    code: "Pairing code",
    codeHint: "Eight letters and digits, like 7F3K-9QXM",
    device: "Name of this device",
    deviceHint: "Others in the house see it.",
    submit: "Pair",
    busy: "Pairing…",
    failed: "That code is wrong, used or expired. Ask for a new one: “matinee pair” prints it.",
    revoked: "This device is not paired any more. Ask for a new code: “matinee pair” prints it.",
    incomplete: "A pairing code has eight letters and digits.",
  },

  replaced: {
    title: "Matinee is open in another tab",
    body: "That tab took over this one's stream. Use one of the two, or go on here with a stream of its own.",
    here: "Use it here",
  },

  unsupported: {
    title: "This page and the daemon do not fit together",
    body: "Reload the page. If that does not help, Matinee was updated and has to be restarted.",
    reload: "Reload",
  },

  library: {
    title: "Library",
    home: "All films",
    path: "Where you are",
    search: "Search films",
    /** @param {string} query */
    found: (query) => `Found for “${query}”`,
    empty: "This folder has no films.",
    emptyRoot: "There are no films yet. Put some into the folder that Matinee was started with.",
    /** @param {string} query */
    nothing: (query) => `Nothing is called “${query}”. Try a part of the name.`,
    loading: "Looking…",
    /** @param {number} shown @param {number} total */
    more: (shown, total) => `Show more (${shown} of ${total})`,
    /** @param {number} count */
    count: (count) => (count === 1 ? "1 entry" : `${count} entries`),
    /** @param {string} title */
    play: (title) => `Play ${title}`,
    folder: "Folder",
    nowPlaying: "Playing here",
    unknown: "Not looked into yet",
    /** @param {string | undefined} told what the daemon says, in English */
    problem: (told) => told ?? "Cannot be played",
    soundOnly: "Sound only",
    continue: "Continue watching",
    /** @param {string} at */
    goOn: (at) => `Go on at ${at}`,
    /** @param {string} time */
    remaining: (time) => `${time} left`,
    /** @param {string} title */
    fromStart: (title) => `Play ${title} from the start`,
    watched: "Watched",
  },

  delivery: {
    direct: "Plays as it is",
    remux: "Plays as it is",
    passed: "Passed on as it is",
    will: "Will be converted",
    is: "Converted while you watch",
    /** @param {string} lead @param {string[]} reasons */
    because: (lead, reasons) => (reasons.length ? `${lead}: ${list(reasons, "and")}` : lead),
  },

  /** Two reasons that are one to a person. @param {string[]} what */
  cannotPlay: (what) => `your browser cannot play ${list(what, "or")}`,
  /** @param {string[]} what */
  cannotStream: (what) => `${list(what, "and")} cannot be streamed as ${what.length > 1 ? "they are" : "it is"}`,
  /** @param {string} codec */
  sound: (codec) => `${codec} sound`,

  /** A clause per reason code; `facts` tells what the film is made of. @type {Record<string, (facts: {video: string, audio: string}) => string>} */
  reasons: {
    plays_as_it_is: () => "",
    container_copied: () => "",
    container_not_supported: () => "your browser does not open this kind of file",
    player_failed: () => "your browser failed with it in another way",
    audio_only_asked: () => "only the sound was asked for",
    quality_asked: () => "a smaller picture was asked for",
    rate_asked: () => "this player cannot play slower or faster by itself",
    height_limited: () => "the picture is larger than this screen takes",
    bitrate_limited: () => "it would be more data than is allowed here",
    connection_too_slow: () => "your connection is too slow for more",
    encoder_failed: () => "it could not be converted as it was",
    disk_too_full: () => "the disk of Matinee’s machine has little room",
    server_too_slow: () => "Matinee’s machine cannot make more just now",
    player_too_slow: () => "this device cannot keep up with more",
    subtitles_burned_in: () => "the subtitles are drawn into the picture",
    video_level_not_supported: ({ video }) => `this ${video} asks more than your browser takes`,
    video_is_hdr: () => "the picture is HDR and is made fit for usual screens",
    video_profile_not_supported: ({ video }) => `few players can show this kind of ${video}`,
    video_is_interlaced: () => "the picture is interlaced",
    video_is_rotated: () => "the picture has to be turned upright",
    video_starts_late: () => "the picture begins after the sound",
    video_is_trimmed: () => "the beginning of the picture is cut off",
    video_ends_early: () => "the picture ends before the sound",
    keyframes_unknown: () => "the film has no index to jump by",
    keyframes_too_far_apart: () => "the film has too few places to jump to",
    open_gop: () => "the picture cannot be cut cleanly",
    audio_track_chosen: () => "another sound than the file’s first was chosen",
    subtitle_track_chosen: () => "subtitles come beside the film",
    audio_profile_not_supported: ({ audio }) => `few players can play this kind of ${audio} sound`,
    audio_channels_not_supported: () => "the sound has an unusual number of channels",
    audio_sample_rate_not_supported: () => "the sound has an unusual sample rate",
    audio_starts_late: () => "the sound begins after the picture",
    audio_is_trimmed: () => "the beginning of the sound is cut off",
    audio_ends_early: () => "the sound ends before the picture",
    audio_has_holes: () => "the sound has gaps, which are filled with silence",
  },
  otherReason: "the file is made in an unusual way",

  player: {
    region: "Player",
    preparing: "Getting the film ready…",
    buffering: "Waiting for the next part…",
    play: "Play",
    pause: "Pause",
    stop: "Stop",
    again: "Play again",
    tap: "Tap to go on",
    ended: "The end",
    /** @param {number} seconds */
    back: (seconds) => `${seconds} seconds back`,
    /** @param {number} seconds */
    forward: (seconds) => `${seconds} seconds forward`,
    mute: "Mute this device",
    unmute: "Sound of this device on",
    fullscreen: "Full screen",
    leaveFullscreen: "Leave full screen",
    keys: "Keyboard shortcuts",
    position: "Position",
    /** @param {string} at @param {string} of */
    positionValue: (at, of) => `${at} of ${of}`,
    retry: "Try again",
    close: "Close",
    stopped: "Stopped.",
    /** @param {string} title @param {string} at */
    resumed: (title, at) => `Going on with ${title} at ${at}.`,
    failed: "The film stopped",
  },

  keys: {
    title: "Keyboard",
    close: "Close",
    rows: /** @type {[string[], string][]} */ ([
      [["Space", "K"], "Play or pause"],
      [["J", "←"], "10 seconds back; with Shift 30"],
      [["L", "→"], "10 seconds forward; with Shift 30"],
      [["0 … 9"], "Go to that tenth of the film"],
      [["F"], "Full screen"],
      [["M"], "Sound off and on"],
      [["C"], "Subtitles off and on"],
      [["A"], "Next language"],
      [["⇧ N", "⇧ P"], "Next and previous film"],
      [["?"], "Show this"],
      [["TV"], "Inside the TV’s panel the same keys drive the TV"],
    ]),
  },

  /** What will hurt everybody soon, by its name on the wire. @type {Record<string, string>} */
  warnings: {
    disk_low: "The disk of the Matinee machine is nearly full. What is watched becomes smaller, or stops.",
    overload: "Matinee converts as many films as it can. Who starts one now may have to wait in line.",
    film_damaged: "This film is damaged in places. What is good of it is played.",
  },

  /** What went wrong, and what to do next, by the error's name on the wire. @type {Record<string, string>} */
  errors: {
    offline: "You are not connected, so nothing was done. Try again when the line above says connected.",
    timeout: "Matinee did not answer. Try again in a moment.",
    pairing_failed: "That code is wrong, used or expired. Ask for a new one: “matinee pair” prints it.",
    forbidden: "This device may not do that. Ask the owner of this Matinee.",
    rate_limited: "That was too much at once. Wait a second and try again.",
    not_authority: "Somebody else has the TV, so nothing was changed. Ask for it first.",
    stale_lease: "The TV has changed hands, so nothing was changed. Ask for it again.",
    takeover_in_progress: "The TV is changing hands just now. Try again in a few seconds.",
    takeover_not_found: "That was decided already.",
    screen_unavailable: "There is no TV to play on. “matinee doctor” on its machine says why.",
    screen_failed: "The TV could not show that and goes on as before. Try again, or another film.",
    empty_queue: "Nothing more waits for the TV. Choose a film from the library.",
    wrong_client_type: "This page may not do that. Reload it.",
    overloaded: "Matinee has too much to do just now. Try again in a moment.",
    item_not_found: "This film is not in the library any more. Go back to its folder and choose another.",
    not_playable: "This file cannot be played. Choose another film.",
    no_stream: "The stream has ended. Try again to go on.",
    encoder_failed: "The film could not be converted from here on. Try again, or go to another place in it.",
    empty_output: "This part of the film holds nothing that can be shown. Go to another place in it.",
    encoder_stalled: "The conversion stopped making progress. Try again.",
    at_capacity: "Too many people wait for a film already. Try again in a few minutes.",
    disk_full: "The disk of the Matinee machine is full. Free some space there and try again.",
    quota_exceeded: "This film takes more room than each of us may have on this Matinee's disk. Choose a smaller quality.",
    source_changed: "The file changed while it played. Start it again.",
    stream_gone: "The stream has ended, most likely after a long pause. Try again to go on here.",
    media_failed: "Your browser could not play this part of the film. Try again, or go on a little further.",
    interrupted: "The connection to Matinee is lost. The film goes on by itself when it is back.",
    network_failed: "The film does not arrive. Check the Wi-Fi of this device and try again.",
    no_player: "This browser can play no stream. Use a current Chrome, Firefox or Safari.",
    player_missing: "The player did not load. Check the connection and reload the page.",
    suggestion_not_found: "That was decided already.",
    internal: "Something went wrong inside Matinee. Try again; its log says more.",
  },
  unknownError: "Something went wrong. Try again.",
  /** @param {number} seconds */
  tooSoon: (seconds) => `That was too soon. Try again in ${seconds} s.`,

  tv: {
    name: "TV",
    region: "TV",
    phone: "This phone",
    device: "This device",
    places: "Where films play",
    open: "Show the TV’s controls",
    nothing: "Nothing plays",
    off: "The TV is switched off here. Films play on this device.",
    free: "Nobody holds it",
    freeBrief: "free",
    you: "You",
    justNow: "just now",
    /** @param {number} count */
    minutes: (count) => `for ${count} min`,
    /** @param {number} count */
    hours: (count) => `for ${count} h`,
    choose: "Choose a film in the library: the blue button beside it plays it on the TV.",
    /** @param {string} since */
    youHold: (since) => `You have the TV since ${since}`,
    /** @param {string} name @param {string} since */
    holds: (name, since) => `${name} has the TV since ${since}`,
    states: /** @type {Record<string, string>} */ ({
      idle: "Nothing plays", loading: "Opening…", playing: "Playing", paused: "Paused", failed: "Failed", off: "Off",
    }),
    /** @param {string} title */
    parked: (title) => `Afterwards ${title} goes on`,
    /** @param {string} title */
    opening: (title) => `Opening ${title} on the TV…`,
    time: "Time on the TV",
    play: "Play on the TV",
    pause: "Pause the TV",
    stop: "Stop the TV",
    /** @param {number} seconds */
    back: (seconds) => `TV ${seconds} seconds back`,
    /** @param {number} seconds */
    forward: (seconds) => `TV ${seconds} seconds forward`,
    next: "Next on the TV",
    previous: "Previous on the TV",
    noNext: "Next: nothing waits for the TV",
    noPrevious: "Previous: there was nothing before",
    volume: "Volume of the TV",
    /** @param {number} volume */
    volumeIs: (volume) => `Volume of the TV: ${volume}`,
    volumeMuted: "The TV is muted",
    mute: "Mute the TV",
    unmute: "Sound of the TV on",
    /** @param {string} title */
    playFilm: (title) => `Play ${title} on the TV`,
    /** @param {string} title @param {string} at */
    goOnWith: (title, at) => `Go on with ${title} on the TV at ${at}`,

    take: "Take the TV",
    /** @param {string} name */
    ask: (name) => `Ask ${name} for the TV`,
    /** @param {number} seconds */
    askIn: (seconds) => `Ask again in ${seconds} s`,
    message: "Message",
    messageHint: "A word with it, if you like",
    why: "Only who has the TV can change what it does.",
    /** @param {string} name @param {number} seconds */
    asking: (name, seconds) => `Asking ${name} … ${seconds} s`,
    /** @param {number} seconds */
    askingBrief: (seconds) => `Asking … ${seconds} s`,
    /** @param {string} name @param {number} seconds */
    askingSpoken: (name, seconds) => `Asking ${name} for the TV. They have ${seconds} seconds to answer.`,
    /** @param {string} name */
    promisedMe: (name) => `${name} gives you the TV after this film`,
    /** @param {string} name */
    promisedOther: (name) => `${name} gets the TV after this film`,
    /** @param {string} by @param {string} holder */
    asksHolder: (by, holder) => `${by} asks ${holder} for the TV.`,
    /** @param {string} by */
    changing: (by) => `The TV goes to ${by}…`,
    cancel: "Cancel",
    release: "Give the TV back",
    continueHere: "Continue here",
    continueStops: "The film comes to this device at the same second, and the TV stops.",
    continueStays: "The film plays here at the same second, and goes on on the TV.",
    send: "Send to TV",
    /** @param {string} title */
    sent: (title) => `${title} is on the TV.`,
    /** @param {string} title */
    here: (title) => `${title} goes on here.`,

    yours: "The TV is yours.",
    /** @param {string} name */
    has: (name) => `${name} has the TV now.`,
    released: "The TV is free.",
    /** @param {string} holder */
    keeps: (holder) => `${holder} keeps the TV.`,
    youKeep: "You keep the TV.",
    /** @param {string} holder */
    noAnswer: (holder) => `${holder} did not answer, and a film plays. Ask again later.`,
    /** @param {string} by */
    noAnswerYou: (by) => `You did not answer ${by}. You keep the TV.`,
    takenBack: "You took it back. Nothing has changed.",
    /** @param {string} by */
    takenBackBy: (by) => `${by} does not ask for the TV any more.`,
    /** @param {string} reason */
    failed: (reason) => `The TV did not change hands: ${reason} All is as it was.`,

    promptTitle: /** @param {string} by */ (by) => `${by} asks for the TV`,
    /** @param {string} message */
    promptMessage: (message) => `“${message}”`,
    /** @param {string} title */
    promptFilm: (title) => `To watch: ${title}`,
    /** @param {number} seconds */
    promptLeft: (seconds) => `${seconds} s`,
    /** @param {number} seconds */
    promptSpoken: (seconds) => `You have ${seconds} seconds to answer.`,
    allow: "Allow",
    afterFilm: "After this film",
    keep: "Keep",
    allowNow: "Allow now",
    keepAfterAll: "Keep it after all",
  },

  choices: CHOICES,
  devices: DEVICES,
  queue: QUEUE,
  waiting: WAITING,

  /** @param {string} browser @param {string} system */
  device: (browser, system) => (system ? `${browser} on ${system}` : browser),
  someBrowser: "Browser",
  language: "en",
};

/** The catalogue in use: the first of the person's languages that there is. @type {Catalogue} */
export const text = choose();

/** @returns {Catalogue} */
function choose() {
  const known = [ENGLISH, GERMAN];
  for (const wanted of navigator.languages ?? [navigator.language]) {
    const found = known.find(({ language }) => wanted.toLowerCase().split("-")[0] === language);
    if (found) return found;
  }
  return ENGLISH;
}
