/** The page, put together. */

import { filmChoices, folderChoices } from "./adding.js";
import { Connection } from "./connection.js";
import { devicesSheet } from "./devices_sheet.js";
import { h, label, show } from "./dom.js";
import { preload } from "./engine.js";
import { icon } from "./icons.js";
import { Library } from "./library.js";
import { Moves } from "./moves.js";
import { notices, warnings } from "./notices.js";
import { pairingForm, takeCodeFromAddress } from "./pairing.js";
import { Playback } from "./playback.js";
import { player } from "./player.js";
import { Queue } from "./queue.js";
import { queueSheet } from "./queue_sheet.js";
import { reportTo } from "./reporter.js";
import { strip } from "./strip.js";
import { suggestionPrompt } from "./suggestion_prompt.js";
import { Suggestions } from "./suggestions.js";
import { text } from "./text.js";
import { themeButton } from "./theme.js";
import { toast, toaster } from "./toast.js";
import { Tv } from "./tv.js";
import { tvDock } from "./tv_dock.js";
import { tvPrompt } from "./tv_prompt.js";
import { Way } from "./way.js";

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
  const [mine, theirs] = [new Queue(connection, "mine"), new Queue(connection, "server")];
  const tv = new Tv(connection, theirs);
  const moves = new Moves(connection, playback, tv);
  const suggestions = new Suggestions(connection);
  reportTo(connection, playback);
  const way = new Way(connection, playback, mine);
  const room = { connection, playback, tv, mine, theirs, way, moves, suggestions };
  const [sheet, devices] = [queueSheet(room), devicesSheet(connection)];
  const shown = { ...room, showQueue: sheet.open };
  connection.addEventListener("registered", () => preload().catch(() => {}));
  const stage = h("div", { class: "stage" }, player(playback, shown), library(room).element);
  const page = h("div", {}, stage, sheet.element, tvDock(playback, tv, shown), tvPrompt(tv), suggestionPrompt(suggestions));
  document.documentElement.lang = text.language;
  document.body.append(header(connection, sheet.open, devices.open), main(connection, page), devices.element, toaster);
  greet(connection, devices.open);
  warnings(connection);
  connection.start(code);
  addEventListener("hashchange", () => takeLateCode(connection));
}

/** @param {import("./adding.js").Room & {playback: Playback}} room */
function library(room) {
  const { connection, playback, tv } = room;
  const made = new Library(connection, {
    here: (film, position) => void playback.open(film, position),
    there: (film, position) => void tv.playFilm(film, position),
    choices: (film) => filmChoices(room, film),
    folderChoices: (folder) => folderChoices(room, folder),
  });
  playback.addEventListener("change", () => made.mark(playback.film?.media_id ?? ""));
  return made;
}

/** A link with a code, opened where the page already is. @param {Connection} connection */
function takeLateCode(connection) {
  const code = takeCodeFromAddress();
  if (code && connection.state.kind === "unpaired") connection.start(code);
}

/** Who came in by a link was not asked for a name. @param {Connection} connection @param {() => void} showDevices */
function greet(connection, showDevices) {
  connection.addEventListener("registered", (event) => {
    const { linked } = /** @type {CustomEvent<{linked: boolean}>} */ (event).detail;
    if (linked) toast(text.devices.welcome(connection.device.name), { name: text.devices.change, act: showDevices });
  });
}

/** @param {Connection} connection @param {(target: import("./wire.js").QueueTarget) => void} showQueue @param {() => void} showDevices */
function header(connection, showQueue, showDevices) {
  const mark = h("img", { src: "icon.svg", alt: "", width: 28, height: 28 });
  const brand = h("a", { class: "brand", href: "#/", "aria-label": text.name }, mark, h("span", {}, text.name));
  const queue = h("button", { class: "round top-queue", type: "button", onclick: () => showQueue("mine") }, icon("queue"));
  const devices = h("button", { class: "round top-devices", type: "button", onclick: showDevices }, icon("phone"));
  label(queue, text.queue.title);
  label(devices, text.devices.title);
  const draw = () => [queue, devices].forEach((one) => show(one, connection.clientId !== "" && connection.state.kind !== "unpaired"));
  connection.addEventListener("state", draw);
  draw();
  return h("header", { class: "top" }, brand, strip(connection), queue, devices, themeButton());
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
