import { text } from "./text.js";

/** @typedef {{asked: boolean, holds: boolean, holder: string}} Part what this person has to do with it */

/**
 * How an ask for the TV ended, for the person who reads it. A grant is told when the TV changes hands, not here.
 *
 * @param {import("./wire.js").TakeoverResolved} resolved @param {import("./wire.js").TakeoverRequest} ask @param {Part} part
 */
export function outcome({ outcome, reason }, { by }, { asked, holds, holder }) {
  const words = text.tv;
  if (outcome === "granted") return "";
  if (outcome === "failed") return words.failed(reason);
  if (outcome === "cancelled") return asked ? words.takenBack : words.takenBackBy(by.name);
  if (holds) return outcome === "expired" ? words.noAnswerYou(by.name) : words.youKeep;
  return outcome === "expired" && asked ? words.noAnswer(holder) : words.keeps(holder);
}
