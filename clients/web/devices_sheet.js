import { h, label, say, show } from "./dom.js";
import { sentenceFor } from "./errors.js";
import { icon } from "./icons.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

/**
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {"owner" | "member" | "guest"} Role
 * @typedef {{device_id: string, name: string, role: Role, last_seen: number, connected: boolean}} Device
 */

const words = text.devices;
const MINUTE = 60;
/** Milliseconds for which a second press takes a device's pairing away. */
const REALLY_FOR = 4_000;
const LONGEST_NAME = 60;

/**
 * The devices of the house: what this one is called; for owners also all others, and a code that lets one more in.
 *
 * @param {Connection} connection
 */
export function devicesSheet(connection) {
  const close = h("button", { class: "round", type: "button", onclick: () => element.close() }, icon("close"));
  const name = h("input", { id: "device-name", autocomplete: "off", maxLength: LONGEST_NAME, required: true, "aria-describedby": "device-name-hint" });
  const list = h("ul", { class: "devices-list" });
  const none = h("p", { class: "hint" }, words.none);
  const [code, link] = [h("p", { class: "devices-code" }), h("a", { class: "devices-link" })];
  const codeHint = h("p", { class: "hint", role: "status" });
  const role = roles("member", words.inviteAs);
  const others = h(
    "section", { class: "devices-others" }, h("h3", {}, words.others), none, list,
    h("h3", {}, words.invite), h("div", { class: "devices-row" }, role, h("button", { class: "quiet", type: "button", onclick: () => void invite() }, words.code)),
    code, codeHint, link,
  );
  const mine = h(
    "form", { class: "field", onsubmit: rename, noValidate: true }, h("label", { htmlFor: name.id }, words.mine),
    h("div", { class: "devices-row" }, name, h("button", { class: "primary", type: "submit" }, words.save)), h("p", { class: "hint", id: "device-name-hint" }, words.hint),
  );
  const head = h("div", { class: "sheet-head" }, h("h2", { id: "devices-title" }, words.title), close);
  const element = h("dialog", { class: "sheet devices", "aria-labelledby": "devices-title" }, h("div", { class: "sheet-inside" }, head, mine, others));
  label(close, words.close);

  /** @param {string} method @param {object} [params] */
  async function ask(method, params) {
    try {
      return await connection.call(method, params);
    } catch (error) {
      toast(sentenceFor(error));
      return null;
    }
  }

  /** @param {SubmitEvent} event */
  async function rename(event) {
    event.preventDefault();
    const wished = name.value.trim();
    if (wished && (await ask("rename_device", { device_id: connection.device.id, name: wished }))) {
      connection.called(wished);
      toast(words.called(wished));
    }
  }

  async function invite() {
    /** @type {{code: string, url: string, expires_in: number} | null} */
    const made = await ask("create_pairing_code", { role: role.value });
    if (!made) return;
    say(code, made.code);
    say(codeHint, words.codeFor(Math.round(made.expires_in / MINUTE)));
    say(link, made.url);
    link.href = made.url;
  }

  async function refresh() {
    show(others, connection.role === "owner");
    if (connection.role !== "owner") return;
    /** @type {{devices: Device[]} | null} */
    const found = await ask("list_devices", {});
    if (!found) return;
    const there = found.devices.filter(({ device_id }) => device_id !== connection.device.id);
    list.replaceChildren(...there.map(row));
    show(none, there.length === 0);
  }

  /** @param {Device} device */
  function row(device) {
    const { device_id, connected, last_seen } = device;
    const title = h("input", { autocomplete: "off", maxLength: LONGEST_NAME, value: device.name, "aria-label": words.nameOf(device.name) });
    const what = roles(device.role, words.roleOf(device.name));
    const when = h("span", { class: "devices-when" }, connected ? words.here : words.seen(dayOf(last_seen)));
    const revoke = h("button", { class: "quiet", type: "button", onclick: () => void sure() }, words.revoke);
    label(revoke, words.revokeOf(device.name));
    title.addEventListener("change", () => void change("rename_device", { name: title.value.trim() || device.name }));
    what.addEventListener("change", () => void change("set_device_role", { role: what.value }));

    /** @param {string} method @param {object} news */
    async function change(method, news) {
      await ask(method, { device_id, ...news });
      await refresh();
    }

    async function sure() {
      if (revoke.dataset.sure !== "true") {
        revoke.dataset.sure = "true";
        say(revoke, words.really);
        setTimeout(() => ((revoke.dataset.sure = "false"), say(revoke, words.revoke)), REALLY_FOR);
      } else if (await ask("revoke_device", { device_id })) {
        toast(words.revoked(device.name));
        await refresh();
      }
    }

    return h("li", {}, title, h("div", { class: "devices-row" }, what, when, revoke));
  }

  function open() {
    name.value = connection.device.name;
    [code, codeHint, link].forEach((one) => say(one, ""));
    element.showModal();
    void refresh();
  }

  element.addEventListener("click", (event) => event.target === element && element.close());
  return { element, open };
}

/** A choice of role. @param {Role} chosen @param {string} name */
function roles(chosen, name) {
  const options = Object.entries(words.roles).map(([value, shown]) => h("option", { value }, shown));
  const made = h("select", { "aria-label": name }, ...options);
  made.value = chosen;
  return made;
}

/** A day, as people write it. @param {number} seconds since 1970 */
function dayOf(seconds) {
  return new Date(seconds * 1000).toLocaleDateString(text.language, { day: "numeric", month: "short" });
}
