/** How the wire names a film. @param {{media_id?: string, path?: string}} film @returns {import("./wire.js").ItemRef} */
export function refOf(film) {
  return film.media_id ? { media_id: film.media_id } : { path: film.path ?? "" };
}
