import { text } from "./text.js";

/**
 * An error in words, with what to do next. The catalogue's sentence where it has one, else the daemon's own.
 *
 * @param {unknown} error
 */
export function sentenceFor(error) {
  if (!(error instanceof Error)) return text.unknownError;
  if (error.name === "rate_limited" && "retryAfter" in error && error.retryAfter) return text.tooSoon(Math.ceil(Number(error.retryAfter)));
  const known = text.errors[error.name];
  if (known) return known;
  const hint = "hint" in error && error.hint ? ` ${error.hint}` : "";
  return error.message && "hint" in error ? `${error.message}${hint}` : text.unknownError;
}
