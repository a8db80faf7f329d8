import { h, label, show } from "./dom.js";
import { icon } from "./icons.js";
import { text } from "./text.js";
import { toggleFullscreen } from "./theatre.js";

/** @typedef {import("./playback.js").Playback} Playback @typedef {import("./icons.js").IconName} IconName */

const words = text.player;

/**
 * The row of buttons.
 *
 * @param {Playback} playback @param {import("./way.js").Way} way
 * @param {() => void} onHelp
 */
export function controls(playback, way, onHelp) {
  const { video } = playback;
  const play = button("button-play", () => playback.toggle());
  const mute = button("button-mute", () => (video.muted = !video.muted));
  const [previous, next] = [button("button-previous", () => void way.previous()), button("button-next", () => void way.next())];
  const full = button("button-full", () => toggleFullscreen(video));

  function draw() {
    const waits = playback.phase === "waiting";
    face(play, playback.playing && !waits ? "pause" : "play", waits ? words.play : playLabel(playback));
    play.disabled = waits;
    face(previous, "previous", text.queue.previous);
    face(next, "next", text.queue.next);
    for (const one of [previous, next]) show(one, way.hasNext || way.hasPrevious);
    previous.disabled = !way.hasPrevious;
    next.disabled = !way.hasNext;
    face(mute, video.muted ? "silent" : "sound", video.muted ? words.unmute : words.mute);
    face(full, document.fullscreenElement ? "shrink" : "grow", document.fullscreenElement ? words.leaveFullscreen : words.fullscreen);
  }

  for (const event of ["play", "playing", "pause", "ended", "volumechange", "seeked"]) video.addEventListener(event, draw);
  document.addEventListener("fullscreenchange", draw);
  playback.addEventListener("change", draw);
  way.addEventListener("change", draw);
  draw();
  return h(
    "div", { class: "buttons" },
    h("div", { class: "side" }, stop(playback), mute),
    h("div", { class: "middle" }, previous, skip(playback, -30), skip(playback, -10), play, skip(playback, 10), skip(playback, 30), next),
    h("div", { class: "side" }, help(onHelp), full),
  );
}

/** @param {Playback} playback */
function playLabel(playback) {
  if (playback.playing) return words.pause;
  return playback.video.ended ? words.again : words.play;
}

/** @param {Playback} playback */
function stop(playback) {
  return face(button("button-stop", () => void playback.stop()), "stop", words.stop);
}

/** @param {() => void} onHelp */
function help(onHelp) {
  return face(button("button-keys", onHelp), "keys", words.keys);
}

/** @param {Playback} playback @param {number} seconds */
function skip(playback, seconds) {
  const size = Math.abs(seconds);
  const made = button(`button-skip skip-${size}`, () => playback.seek(playback.position + seconds));
  made.append(icon(seconds < 0 ? "back" : "forward", String(size)));
  label(made, seconds < 0 ? words.back(size) : words.forward(size));
  return made;
}

/** @param {string} kind @param {() => void} onclick */
function button(kind, onclick) {
  return h("button", { class: `round ${kind}`, type: "button", onclick });
}

/** Give a button its drawing and its name, when they differ. @param {HTMLButtonElement} made @param {IconName} drawing @param {string} words */
function face(made, drawing, words) {
  label(made, words);
  if (made.dataset.face !== drawing) made.replaceChildren(icon(drawing));
  made.dataset.face = drawing;
  return made;
}
