/**
 * A row that is dragged: it follows the pointer, the others make room, and near an edge the list scrolls. It is put
 * down where it is let go, and back where it was when the pointer is lost or Escape is pressed.
 *
 * @typedef {{id: string, top: number, index: number}} Lifted `top` in pixels of the list, `index` where it would be put
 */

const EDGE = 48;
const SPEED = 14;
/** Pixels near an edge in which the list scrolls, and how many it does so per picture. */

/**
 * @param {HTMLElement} scroller @param {HTMLElement} rows
 * @param {{height: () => number, total: () => number, onMove: () => void, onDrop: (lifted: Lifted) => void}} list
 */
export function dragging(scroller, rows, { height, total, onMove, onDrop }) {
  /** @type {Lifted | null} */
  let lifted = null;
  let grab = 0;
  let y = 0;

  function follow() {
    if (!lifted) return;
    const top = y - rows.getBoundingClientRect().top - grab;
    lifted.top = Math.max(0, Math.min(top, (total() - 1) * height()));
    lifted.index = Math.round(lifted.top / height());
    onMove();
  }

  function scroll() {
    if (!lifted) return;
    const { top, bottom } = scroller.getBoundingClientRect();
    const by = y < top + EDGE ? -SPEED : y > bottom - EDGE ? SPEED : 0;
    if (by) {
      scroller.scrollTop += by;
      follow();
    }
    requestAnimationFrame(scroll);
  }

  /** @param {boolean} put */
  function end(put) {
    const one = lifted;
    lifted = null;
    removeEventListener("pointermove", onPointerMove);
    removeEventListener("pointerup", onPointerUp);
    removeEventListener("pointercancel", onPointerCancel);
    removeEventListener("keydown", onKey, true);
    if (one && put) onDrop(one);
    onMove();
  }

  const onPointerMove = (/** @type {PointerEvent} */ event) => ((y = event.clientY), follow());
  const onPointerUp = () => end(true);
  const onPointerCancel = () => end(false);
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(false);
  }

  return {
    get lifted() {
      return lifted;
    },
    /** @param {string} id @param {number} index @param {PointerEvent} event */
    lift(id, index, event) {
      if (event.button !== 0 || lifted) return;
      event.preventDefault();
      y = event.clientY;
      grab = y - rows.getBoundingClientRect().top - index * height();
      lifted = { id, top: index * height(), index };
      addEventListener("pointermove", onPointerMove);
      addEventListener("pointerup", onPointerUp);
      addEventListener("pointercancel", onPointerCancel);
      addEventListener("keydown", onKey, true);
      requestAnimationFrame(scroll);
      onMove();
    },
  };
}
