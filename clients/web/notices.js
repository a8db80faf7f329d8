import { h, say } from "./dom.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

/** @typedef {import("./connection.js").Connection} Connection */

/** Says why the page does not go on by itself, and offers what the person can do. @param {Connection} connection */
export function notices(connection) {
  const title = h("h1", {});
  const body = h("p", { class: "lead" });
  const action = h("button", { class: "primary", type: "button" });
  const reload = () => location.reload();

  function draw() {
    const { kind } = connection.state;
    if (kind !== "replaced" && kind !== "unsupported") return;
    say(title, text[kind].title);
    say(body, text[kind].body);
    say(action, kind === "replaced" ? text.replaced.here : text.unsupported.reload);
    action.onclick = kind === "replaced" ? () => connection.useHere() : reload;
  }

  connection.addEventListener("state", draw);
  return h("section", { class: "card", role: "alert" }, title, body, action);
}

/** Says in passing what will hurt everybody soon. @param {Connection} connection */
export function warnings(connection) {
  connection.addEventListener("event:server_warning", (event) => {
    const { name, detail } = /** @type {CustomEvent} */ (event).detail;
    toast(text.warnings[name] ?? detail);
  });
}
