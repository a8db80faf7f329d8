/** The page's drawings, on a grid of 24. */

const SVG = "http://www.w3.org/2000/svg";

const FILLED = {
  play: "M8 5.3c0-.9 1-1.5 1.8-1l10.3 6.7c.7.5.7 1.5 0 2L9.8 19.7c-.8.5-1.8-.1-1.8-1z",
  pause: "M7.5 4.5h2a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-2a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zM14.5 4.5h2a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-2a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1z",
  stop: "M7.5 6h9A1.5 1.5 0 0 1 18 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 16.5v-9A1.5 1.5 0 0 1 7.5 6z",
  next: "M6 5.9c0-.9 1-1.4 1.7-.9l8.3 6.1V5.5a1 1 0 0 1 2 0v13a1 1 0 0 1-2 0v-5.6L7.7 19c-.7.5-1.7 0-1.7-.9z",
  previous: "M18 5.9c0-.9-1-1.4-1.7-.9L8 11.1V5.5a1 1 0 0 0-2 0v13a1 1 0 0 0 2 0v-5.6l8.3 6.1c.7.5 1.7 0 1.7-.9z",
};

const DRAWN = {
  tv: "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5zM8.5 20.5h7",
  send: "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5zM8.5 20.5h7M12 14V8.2M9.4 10.7L12 8.2l2.6 2.5",
  phone: "M8.5 3h7A1.5 1.5 0 0 1 17 4.5v15a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 7 19.5v-15A1.5 1.5 0 0 1 8.5 3zM11 17.8h2",
  up: "M6 14.5l6-6 6 6",
  folder: "M3.5 7.5a2 2 0 0 1 2-2h3.6l2.2 2.5h7.2a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2z",
  film: "M4.5 5.5h15a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zM8 5.5v13M16 5.5v13M3.5 12h17M3.5 8.7H8M3.5 15.3H8M16 8.7h4.5M16 15.3h4.5",
  note: "M9 18V6.5l10-2V16M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  blocked: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM6 6l12 12",
  chevron: "M9.5 6l6 6-6 6",
  search: "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l5 5",
  back: "M4 5v4.5h4.5M4.6 9.3A8.3 8.3 0 1 1 3.7 13",
  forward: "M20 5v4.5h-4.5M19.4 9.3A8.3 8.3 0 1 0 20.3 13",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  silent: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  grow: "M9 4.5H4.5V9M15 4.5h4.5V9M9 19.5H4.5V15M15 19.5h4.5V15",
  shrink: "M4.5 9H9V4.5M19.5 9H15V4.5M4.5 15H9v4.5M19.5 15H15v4.5",
  keys: "M4.5 6.5h15a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.5zM7 10.2h.01M10.3 10.2h.01M13.7 10.2h.01M17 10.2h.01M8 14h8",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M18.4 5.6l-1.1 1.1M6.7 17.3l-1.1 1.1",
  moon: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
  half: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 3.5v17M12 7.5h5.5M12 12h8.3M12 16.5h5.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  more: "M12 5.2h.01M12 12h.01M12 18.8h.01",
  queue: "M4 6.5h16M4 12h9M4 17.5h9M16.5 12.8v5.9l4.5-2.95z",
  add: "M4 6.5h16M4 12h9M4 17.5h6M17.5 12.5v8M13.5 16.5h8",
  playNext: "M4 12h16M4 17.5h16M4 3.5v6l4.8-3zM12.5 6.5H20",
  hand: "M5 5h14a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 19 16h-6l-4.5 4v-4H5a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 5 5zM8 9h8M8 12h5",
  down: "M6 9.5l6 6 6-6",
  grip: "M9 6.5h.01M15 6.5h.01M9 12h.01M15 12h.01M9 17.5h.01M15 17.5h.01",
  undo: "M8.5 5L4 9.5 8.5 14M4.5 9.5H14a5.5 5.5 0 0 1 0 11h-3",
  shuffle: "M3.5 7h3l9.5 10h4.5M3.5 17h3l2.7-2.9M13 9.9L16 7h4.5M18 4.5L20.5 7 18 9.5M18 14.5l2.5 2.5-2.5 2.5",
  repeat: "M4 11V9.5A2.5 2.5 0 0 1 6.5 7H19M16.5 4.5L19 7l-2.5 2.5M20 13v1.5a2.5 2.5 0 0 1-2.5 2.5H5M7.5 14.5L5 17l2.5 2.5",
  left: "M14.5 6l-6 6 6 6",
  tune: "M4 7.5h8M17 7.5h3M4 16.5h3M12 16.5h8M14.5 5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM9.5 14a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  captions: "M4.5 5.5h15A1.5 1.5 0 0 1 21 7v10a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17V7a1.5 1.5 0 0 1 1.5-1.5zM6.5 12h4M13 12h4.5M6.5 15h7M16 15h1.5",
  gauge: "M5 18.3A9 9 0 1 1 19 18.3M12 14l4-5M12 12.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4z",
  list: "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01",
  sweep: "M4 6.5h16M9.5 6.5V4.8a.8.8 0 0 1 .8-.8h3.4a.8.8 0 0 1 .8.8v1.7M6 6.5l.9 12.6a1 1 0 0 0 1 .9h8.2a1 1 0 0 0 1-.9L18 6.5",
};

/** @typedef {keyof typeof FILLED | keyof typeof DRAWN} IconName */

/**
 * A drawing, hidden from screen readers: whatever holds it has a name of its own.
 *
 * @param {IconName} name
 * @param {string} [label] a short text inside the drawing, for the skip buttons
 * @returns {SVGSVGElement}
 */
export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", name in FILLED ? "icon icon-filled" : "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", { ...FILLED, ...DRAWN }[name]);
  svg.append(path);
  if (label) svg.append(number(label));
  return svg;
}

/** @param {string} label */
function number(label) {
  const words = document.createElementNS(SVG, "text");
  words.setAttribute("x", "12");
  words.setAttribute("y", "16");
  words.setAttribute("text-anchor", "middle");
  words.textContent = label;
  return words;
}
