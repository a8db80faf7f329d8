import { Choices } from "./choices.js";
import { controls } from "./controls.js";
import { cover } from "./cover.js";
import { presentDelivery } from "./delivery.js";
import { h, label, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { keysDialog, listenToKeys } from "./keyboard.js";
import { tellSystem } from "./media_session.js";
import { scrubber } from "./scrubber.js";
import { settings } from "./settings.js";
import { subtitles } from "./subtitles.js";
import { text } from "./text.js";
import { arrangeTheatre, toggleFullscreen } from "./theatre.js";
import { waitingCard } from "./waiting.js";

/** @typedef {import("./playback.js").Playback} Playback */

const CALM_AFTER = 3_000;
/** Milliseconds after which the controls that lie over the picture go away. */

/**
 * The player: the picture, what lies over it, and the controls.
 *
 * @typedef {{tv: import("./tv.js").Tv, moves: import("./moves.js").Moves, way: import("./way.js").Way}} Room
 * @param {Playback} playback @param {Room} room
 */
export function player(playback, { tv, moves, way }) {
  const { video } = playback;
  const title = h("h2", { class: "now-title" });
  const quality = h("p", { class: "now-quality" });
  const keys = keysDialog();
  const help = () => keys.showModal();
  const note = h("div", { class: "no-picture" }, icon("note"));
  const choices = new Choices(playback);
  const sheet = settings(playback, choices, tv);
  const picture = h("div", { class: "picture" }, video, playback.bridge.element, note, subtitles(playback), cover(playback), waitingCard(playback));
  const element = h("section", { class: "player", "aria-label": text.player.region });
  const send = h("button", { class: "round button-send", type: "button", onclick: () => void moves.sendToTv() }, icon("send"));
  label(send, text.tv.send);
  const tune = h("button", { class: "round button-tune", type: "button", "aria-haspopup": "dialog", onclick: () => sheet.open() }, icon("tune"));
  label(tune, text.choices.open);
  const bar = h(
    "div", { class: "bar" },
    h("div", { class: "now" }, h("div", { class: "now-text" }, title, quality), tune, send), scrubber(playback), controls(playback, way, help),
  );
  element.append(picture, bar, keys, sheet.element);

  function draw() {
    show(element, playback.phase !== "idle");
    show(send, tv.isThere);
    send.disabled = playback.leaves;
    tune.disabled = !choices.isThere;
    show(note, playback.landed && video.videoWidth === 0 && !playback.bridge.stands);
    document.body.dataset.player = playback.phase;
    picture.classList.toggle("picture-waits", playback.inLine);
    say(title, playback.film?.title ?? "");
    say(quality, presentDelivery(playback.status?.delivery, playback.film?.video_codec, playback.status?.tracks));
    document.title = playback.film ? `${playback.film.title} · ${text.name}` : text.name;
  }

  playback.addEventListener("change", draw);
  tv.addEventListener("change", draw);
  for (const event of ["playing", "seeked", "resize", "emptied"]) video.addEventListener(event, draw);
  picture.addEventListener("pointerup", (event) => event.target === video && event.pointerType === "mouse" && playback.toggle());
  picture.addEventListener("dblclick", () => toggleFullscreen(video));
  tellSystem(playback, way);
  listenToKeys(playback, tv, way, choices, { fullscreen: () => toggleFullscreen(video), help });
  arrangeTheatre(playback);
  calmDown(element, playback);
  draw();
  return element;
}

/** Let controls that lie over the picture fade while nobody moves. @param {HTMLElement} element @param {Playback} playback */
function calmDown(element, playback) {
  /** @type {number | undefined} */
  let timer;
  function wake() {
    clearTimeout(timer);
    element.classList.remove("calm");
    timer = setTimeout(() => element.classList.toggle("calm", playback.landed && playback.playing), CALM_AFTER);
  }
  for (const event of ["pointermove", "pointerdown", "focusin"]) element.addEventListener(event, wake);
  document.addEventListener("keydown", wake);
  for (const event of ["playing", "pause"]) playback.video.addEventListener(event, wake);
}
