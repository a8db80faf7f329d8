/** The folder that the page shows stands in the address: `#/Series/Season 1`. So Back works, and a reload stays. */

/** @returns {string} the library-relative path, "" for the top */
export function folderInAddress() {
  if (!location.hash.startsWith("#/")) return "";
  try {
    return location.hash.slice(2).split("/").map(decodeURIComponent).join("/");
  } catch {
    return "";
  }
}

/** The address of a folder. @param {string} path */
export function addressOf(path) {
  return `#/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** The folders on the way to a path, outermost first. @param {string} path @returns {{name: string, path: string}[]} */
export function trail(path) {
  const parts = path.split("/").filter(Boolean);
  return parts.map((name, index) => ({ name, path: parts.slice(0, index + 1).join("/") }));
}
