import { guessDeviceName } from "./device_name.js";
import { h, say } from "./dom.js";
import * as storage from "./storage.js";
import { text } from "./text.js";

/** @typedef {import("./connection.js").Connection} Connection */

const LENGTH = 8;
const words = text.pairing;

/**
 * The code of a link `#pair=7F3K-9QXM`, taken out of the address bar: it is a secret, and good for one device.
 *
 * @returns {string | null}
 */
export function takeCodeFromAddress() {
  const code = new URLSearchParams(location.hash.slice(1)).get("pair");
  if (code !== null) history.replaceState(null, "", location.pathname + location.search);
  return code ? code.trim() : null;
}

/** The form for a code. @param {Connection} connection */
export function pairingForm(connection) {
  const code = h("input", {
    id: "code", name: "code", class: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: false,
    maxLength: 12, required: true, placeholder: "XXXX-XXXX", "aria-describedby": "code-hint problem", oninput: dash,
  });
  const name = h("input", { id: "device", name: "device", autocomplete: "off", maxLength: 60, "aria-describedby": "device-hint" });
  const submit = h("button", { class: "primary", type: "submit" }, words.submit);
  const problem = h("p", { class: "problem", id: "problem", role: "alert" });
  name.value = storage.device.get("name") || guessDeviceName();

  /** Put the dash where it belongs; not while something is taken away. @param {InputEvent} event */
  function dash(event) {
    const bare = letters(code.value);
    if (event.inputType?.startsWith("delete") || bare.length < LENGTH / 2) return;
    code.value = `${bare.slice(0, LENGTH / 2)}-${bare.slice(LENGTH / 2, LENGTH)}`;
  }

  /** @param {SubmitEvent} event */
  function pair(event) {
    event.preventDefault();
    if (letters(code.value).length !== LENGTH) {
      say(problem, words.incomplete);
      code.focus();
      return;
    }
    say(problem, "");
    connection.pair(code.value.trim().toUpperCase(), name.value.trim() || guessDeviceName());
  }

  function draw() {
    const { state } = connection;
    const busy = state.kind === "connecting";
    submit.disabled = busy;
    say(submit, busy ? words.busy : words.submit);
    if (state.kind === "unpaired" && state.why) say(problem, state.why === "forbidden" ? words.revoked : words.failed);
  }

  connection.addEventListener("state", draw);
  draw();
  return h(
    "form", { class: "card pairing", onsubmit: pair, noValidate: true },
    h("h1", {}, words.title),
    h("p", { class: "lead" }, words.intro),
    field("code", words.code, code, words.codeHint),
    field("device", words.device, name, words.deviceHint),
    problem,
    submit,
  );
}

/** @param {string} typed */
function letters(typed) {
  return typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

/** @param {string} id @param {string} label @param {HTMLInputElement} input @param {string} hint */
function field(id, label, input, hint) {
  return h("div", { class: "field" }, h("label", { htmlFor: id }, label), input, h("p", { class: "hint", id: `${id}-hint` }, hint));
}
