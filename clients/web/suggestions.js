/**
 * What is suggested for the TV: mine, which wait for an answer, and those of others, which I may answer.
 *
 * @typedef {import("./wire.js").Suggestion} Wire @typedef {import("./wire.js").SuggestionKind} SuggestionKind
 * @typedef {Wire & {deadline: number}} Suggestion `deadline` in server clock
 */

import { sentenceFor } from "./errors.js";
import { CommandError } from "./rpc.js";
import { text } from "./text.js";
import { toast } from "./toast.js";

const words = text.queue;

/** Fires `change` whenever something is suggested or decided. */
export class Suggestions extends EventTarget {
  /** @type {Map<string, Suggestion>} */
  #open = new Map();
  #connection;

  /** @param {import("./connection.js").Connection} connection */
  constructor(connection) {
    super();
    this.#connection = connection;
    connection.addEventListener("event:suggestion_made", (event) => this.#onMade(/** @type {CustomEvent} */ (event).detail));
    connection.addEventListener("event:suggestion_answered", (event) => this.#onAnswered(/** @type {CustomEvent} */ (event).detail));
    connection.addEventListener("registered", () => void this.#refresh());
    connection.addEventListener("state", () => this.#changed());
  }

  /** What I have suggested. */
  get mine() {
    return [...this.#open.values()].filter((one) => this.#isMine(one));
  }

  /** What is mine to answer, oldest first; nothing while it could not be answered. */
  get toMe() {
    if (this.#connection.state.kind !== "connected") return [];
    return [...this.#open.values()].filter((one) => !this.#isMine(one) && this.left(one) > 0);
  }

  /** Whole seconds that are left to answer. @param {Suggestion} one */
  left(one) {
    return Math.max(0, Math.ceil(one.deadline - this.#connection.serverNow()));
  }

  /** @param {SuggestionKind} kind @param {import("./wire.js").ItemRef} [item] */
  suggest(kind, item) {
    return this.#tell("suggest", item ? { kind, item } : { kind });
  }

  /** @param {Suggestion} one @param {boolean} accept */
  answer(one, accept) {
    this.#forget(one.suggestion_id);
    return this.#tell("answer_suggestion", { suggestion_id: one.suggestion_id, accept }, one);
  }

  /** Take my own back. @param {Suggestion} one */
  withdraw(one) {
    return this.#tell("withdraw_suggestion", { suggestion_id: one.suggestion_id });
  }

  // ── inside ───────────────────────────────────────────────────────────────────────────────────────

  /** @param {string} method @param {object} params @param {Suggestion} [back] what is as before if that does not arrive */
  async #tell(method, params, back) {
    try {
      await this.#connection.call(method, params);
    } catch (error) {
      const known = error instanceof CommandError ? error.name : "";
      if (back && (known === "offline" || known === "timeout")) this.#open.set(back.suggestion_id, back);
      toast(known === "forbidden" && method === "suggest" ? words.nobodyThere : sentenceFor(error));
      this.#changed();
    }
  }

  /** @param {Wire} made */
  #onMade(made) {
    const one = this.#remember(made);
    if (this.#isMine(one)) toast(words.suggested(this.left(one)));
    this.#changed();
  }

  /** @param {import("./wire.js").SuggestionAnswered} answered */
  #onAnswered({ suggestion_id, outcome, reason, by }) {
    const one = this.#open.get(suggestion_id);
    const decidedHere = by?.client_id === this.#connection.clientId;
    if (one && this.#isMine(one)) toast(words.outcomes[outcome](words.what(one), by?.name ?? "", reason));
    else if (one && !decidedHere && outcome !== "expired") toast(words.decided(words.what(one), one.by.name, outcome));
    this.#forget(suggestion_id);
  }

  async #refresh() {
    try {
      /** @type {Wire[]} */
      const open = await this.#connection.call("get_suggestions");
      this.#open.clear();
      open.forEach((one) => this.#remember(one));
      this.#changed();
    } catch {
      // The connection broke; the next register comes here again.
    }
  }

  /** @param {Wire} made @returns {Suggestion} */
  #remember(made) {
    const one = { ...made, deadline: this.#connection.serverNow() + made.expires_in };
    this.#open.set(one.suggestion_id, one);
    return one;
  }

  /** @param {string} id */
  #forget(id) {
    if (this.#open.delete(id)) this.#changed();
  }

  /** @param {Wire} one */
  #isMine(one) {
    return one.by.client_id === this.#connection.clientId;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
