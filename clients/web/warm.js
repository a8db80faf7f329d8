/**
 * Fetches the beginning of a stream before it is wanted, so that the player then finds it in the browser's cache: the
 * playlists, the init segments and the first segment of each. What cannot be fetched is left to the player.
 *
 * @param {string} address of the master playlist
 */
export async function warm(address) {
  const master = new URL(address, location.href);
  if (!master.pathname.endsWith(".m3u8")) return; // the film itself: the browser's player begins with what it needs
  const text = await read(master);
  await Promise.all(addresses(text).map((name) => warmPlaylist(new URL(name, master))));
}

/** @param {URL} playlist */
async function warmPlaylist(playlist) {
  const text = await read(playlist);
  const init = /#EXT-X-MAP:.*?URI="([^"]+)"/.exec(text)?.[1];
  const [first] = lines(text);
  const wanted = [init, first].filter((name) => name !== undefined);
  await Promise.all(wanted.map((name) => read(new URL(name, playlist))));
}

/** The media playlists of a master: pictures, and sound that is told apart from them. @param {string} text */
function addresses(text) {
  const sounds = [...text.matchAll(/#EXT-X-MEDIA:TYPE=AUDIO.*?URI="([^"]+)"/g)].map((match) => match[1]);
  return [...new Set([...lines(text).slice(0, 1), ...sounds])];
}

/** @param {string} text */
function lines(text) {
  return text.split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
}

/** @param {URL} address */
async function read(address) {
  const answer = await fetch(address, { priority: "low" });
  return answer.ok ? answer.text() : "";
}
