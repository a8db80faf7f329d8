import { h } from "./dom.js";

const HIGH = 40;
/** Percent of the picture above which a cue that names its place is shown at the top. */

/**
 * The subtitles that come as text, over the picture, in the page's own hand: the browser keeps their time, and hidden
 * tracks are the ones that are to be read.
 *
 * @param {import("./playback.js").Playback} playback
 */
export function subtitles({ video }) {
  const below = h("div", { class: "cues" });
  const above = h("div", { class: "cues cues-above" });
  const tracks = video.textTracks;
  let shown = "";

  function draw() {
    const cues = [...tracks].filter(({ mode }) => mode === "hidden").flatMap((track) => [...(track.activeCues ?? [])]);
    const texts = /** @type {VTTCue[]} */ (cues).filter((cue) => "getCueAsHTML" in cue && cue.text.trim());
    const looks = JSON.stringify(texts.map((cue) => [cue.startTime, cue.text, cue.line]));
    if (looks === shown) return;
    shown = looks;
    above.replaceChildren(...texts.filter(isHigh).map(line));
    below.replaceChildren(...texts.filter((cue) => !isHigh(cue)).map(line));
  }

  /** @param {Event} event */
  function onTrack(event) {
    /** @type {TrackEvent} */ (event).track?.addEventListener("cuechange", draw);
    draw();
  }

  for (const track of tracks) track.addEventListener("cuechange", draw);
  tracks.addEventListener("addtrack", onTrack);
  for (const event of ["removetrack", "change"]) tracks.addEventListener(event, draw);
  for (const event of ["emptied", "seeked", "timeupdate"]) video.addEventListener(event, draw);
  return h("div", { class: "subtitles" }, above, below);
}

/** The browser makes elements of a cue's tags, and nothing else of its text. @param {VTTCue} cue */
function line(cue) {
  return h("p", { class: "cue" }, h("span", {}, cue.getCueAsHTML()));
}

/** @param {VTTCue} cue */
function isHigh({ line: place, snapToLines }) {
  if (typeof place !== "number") return false;
  return snapToLines ? place >= 0 && place < 6 : place < HIGH;
}
