/** What the page keeps. Private windows may refuse to store; then the page forgets, and works. */

const PREFIX = "matinee.";

/** @param {() => Storage} which */
function keeper(which) {
  return {
    /** @template T @param {string} key @returns {T | null} */
    get(key) {
      try {
        const kept = which().getItem(PREFIX + key);
        return kept === null ? null : JSON.parse(kept);
      } catch {
        return null;
      }
    },
    /** @param {string} key @param {unknown} value `null` forgets it */
    set(key, value) {
      try {
        if (value === null) which().removeItem(PREFIX + key);
        else which().setItem(PREFIX + key, JSON.stringify(value));
      } catch {
        // Nothing to do: a page that cannot store is a page that asks for the code again.
      }
    },
  };
}

/** For good: the device token, the device's name, the colours. */
export const device = keeper(() => localStorage);

/** For this tab, over reloads: the session to resume, the place in the film. */
export const tab = keeper(() => sessionStorage);
