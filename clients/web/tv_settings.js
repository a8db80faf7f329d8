import { soundPage, speed, textPage } from "./settings.js";
import { sheet } from "./sheet.js";
import { text } from "./text.js";
import { heard, read } from "./tracks.js";

/** The sheet of what can be chosen for the film on the TV, by whoever holds it. @param {import("./tv.js").Tv} tv */
export function tvSettings(tv) {
  const made = sheet(text.choices.tvTitle, () => pages(tv), "tv");
  tv.addEventListener("change", () => (tv.isMine && !tv.askToMe ? made.draw() : made.close()));
  return made;
}

/** @param {import("./tv.js").Tv} tv */
function pages(tv) {
  const { tracks, timeline } = tv.status ?? {};
  return [
    soundPage(tracks?.audio ?? [], heard(tracks)?.id ?? -1, (id) => void tv.command("server_set_tracks", { audio_track: id })),
    textPage(tracks?.subtitles ?? [], read(tracks)?.id ?? -1, (id) => void tv.command("server_set_tracks", { subtitle_track: id })),
    speed(timeline?.rate ?? 1, (rate) => void tv.command("server_set_rate", { rate })),
  ];
}
