import { h, say, show } from "./dom.js";
import { text } from "./text.js";

/** @typedef {import("./connection.js").Connection} Connection */

/**
 * The connection strip: one line that is always there and always true.
 *
 * @param {Connection} connection
 */
export function strip(connection) {
  const words = h("span", { class: "strip-words" });
  const retry = h("button", { class: "strip-retry", type: "button", onclick: () => connection.retryNow() }, text.strip.retry);
  const spoken = h("span", { class: "spoken", role: "status" });
  const element = h("div", { class: "strip" }, h("span", { class: "strip-dot" }), words, retry, spoken);

  function draw() {
    const { kind } = connection.state;
    element.dataset.state = isOffline(connection) ? "offline" : kind;
    document.body.dataset.connection = kind;
    say(words, sentence(connection));
    say(spoken, announcement(connection));
    show(retry, kind === "waiting");
  }

  for (const source of ["online", "offline"]) addEventListener(source, draw);
  connection.addEventListener("state", draw);
  setInterval(() => connection.state.kind === "waiting" && draw(), 500);
  draw();
  return element;
}

/** @param {Connection} connection */
function isOffline({ state }) {
  return !navigator.onLine && (state.kind === "waiting" || state.kind === "connecting");
}

/** @param {Connection} connection */
function sentence(connection) {
  const { state } = connection;
  if (isOffline(connection)) return text.strip.offline;
  if (state.kind === "connected") return text.strip.connected(state.server);
  if (state.kind === "waiting") return text.strip.waiting(Math.ceil((state.until - performance.now()) / 1000));
  return text.strip[state.kind];
}

/** What a screen reader hears: the change, not the countdown. @param {Connection} connection */
function announcement(connection) {
  if (isOffline(connection)) return text.strip.offline;
  if (connection.state.kind === "connected") return text.strip.connectedBrief;
  return connection.state.kind === "waiting" ? text.strip.lost : "";
}
