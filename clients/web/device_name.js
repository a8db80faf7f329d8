import { text } from "./text.js";

/** @type {[RegExp, string][]} */
const PHONES = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
];
/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/Android/, "Android"],
  [/CrOS/, "ChromeOS"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "Mac"],
  [/Linux/, "Linux"],
];
/** @type {[RegExp, string][]} */
const BROWSERS = [
  [/Edg/, "Edge"],
  [/OPR/, "Opera"],
  [/SamsungBrowser/, "Samsung Internet"],
  [/Firefox|FxiOS/, "Firefox"],
  [/Chrome|CriOS|Chromium/, "Chrome"],
  [/Safari/, "Safari"],
];

/** What a person would call this device: "iPhone", "Chrome on Linux". Only a name; nothing is decided by it. */
export function guessDeviceName(agent = navigator.userAgent, touches = navigator.maxTouchPoints) {
  const phone = first(PHONES, agent) ?? (/Macintosh/.test(agent) && touches > 1 ? "iPad" : undefined);
  return phone ?? text.device(first(BROWSERS, agent) ?? text.someBrowser, first(SYSTEMS, agent) ?? "");
}

/** @param {[RegExp, string][]} table @param {string} agent */
function first(table, agent) {
  return table.find(([pattern]) => pattern.test(agent))?.[1];
}
