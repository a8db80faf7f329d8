/** Numbers for people. */

import { text } from "./text.js";

/** 0:07, 12:05, 1:02:03. @param {number} seconds */
export function clockTime(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** 812 KB, 1.4 GB: decimal units, two digits that matter. @param {number} bytes */
export function fileSize(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size < 9.95 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** 1080p, 4K. @param {number | undefined} height */
export function pictureHeight(height) {
  if (!height) return "";
  return height >= 2000 ? "4K" : `${height}p`;
}

/** 20:14, 8:14 PM: as the page's language writes it. @param {Date} date */
export function timeOfDay(date) {
  return date.toLocaleTimeString(text.language, { hour: "numeric", minute: "2-digit" });
}
