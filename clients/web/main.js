/** The page, put together. */

import { Connection } from "./connection.js";
import { h, show } from "./dom.js";
import { preload } from "./engine.js";
import { Library } from "./library.js";
import { Moves } from "./moves.js";
import { notices } from "./notices.js";
import { pairingForm, takeCodeFromAddress } from "./pairing.js";
import { Playback } from "./playback.js";
import { player } from "./player.js";
import { reportTo } from "./reporter.js";
import { strip } from "./strip.js";
import { text } from "./text.js";
import { themeButton } from "./theme.js";
import { toaster } from "./toast.js";
import { Tv } from "./tv.js";
import { tvDock } from "./tv_dock.js";
import { tvPrompt } from "./tv_prompt.js";

function socketAddress() {
  const url = new URL("ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = url.search = "";
  return url.href;
}

function start() {
  const code = takeCodeFromAddress();
  const connection = new Connection(socketAddress());
  const video = h("video", { playsInline: true, preload: "auto", tabIndex: -1 });
  const playback = new Playback(connection, video);
  const tv = new Tv(connection);
  const moves = new Moves(connection, playback, tv);
  const library = new Library(connection, { here: (film) => void playback.open(film), there: (film) => void tv.playFilm(film) });
  reportTo(connection, playback);
  playback.addEventListener("change", () => library.mark(playback.film?.media_id ?? ""));
  connection.addEventListener("registered", () => preload().catch(() => {}));
  const stage = h("div", { class: "stage" }, player(playback, { tv, moves }), library.element);
  document.documentElement.lang = text.language;
  document.body.append(header(connection), main(connection, h("div", {}, stage, tvDock(playback, tv, moves), tvPrompt(tv))), toaster);
  connection.start(code);
  addEventListener("hashchange", () => takeLateCode(connection));
}

/** A link with a code, opened where the page already is. @param {Connection} connection */
function takeLateCode(connection) {
  const code = takeCodeFromAddress();
  if (code && connection.state.kind === "unpaired") connection.start(code);
}

/** @param {Connection} connection */
function header(connection) {
  const mark = h("img", { src: "icon.svg", alt: "", width: 28, height: 28 });
  const brand = h("a", { class: "brand", href: "#/", "aria-label": text.name }, mark, h("span", {}, text.name));
  return h("header", { class: "top" }, brand, strip(connection), themeButton());
}

/** The library with the player, or whatever stands in the way of it. @param {Connection} connection @param {HTMLElement} stage */
function main(connection, stage) {
  const form = pairingForm(connection);
  const notice = notices(connection);
  let paired = false;

  function draw() {
    const { kind } = connection.state;
    if (kind === "connected") paired = true;
    if (kind === "unpaired") paired = false;
    const stopped = kind === "replaced" || kind === "unsupported";
    show(stage, paired && !stopped);
    show(form, kind === "unpaired" || (!paired && form.dataset.used === "true" && !stopped));
    if (kind === "unpaired") form.dataset.used = "true";
    show(notice, stopped);
  }

  connection.addEventListener("state", draw);
  draw();
  return h("main", {}, form, notice, stage);
}

start();
