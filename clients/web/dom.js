/** Builds elements. Text becomes text nodes, never markup: file names are hostile. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [properties] `class`, `on…` listeners, `aria-…`/`data-…` attributes, or DOM properties
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) set(element, name, value);
  element.append(...children.filter(isShown));
  return element;
}

/** @param {Node | string | null | undefined | false} child @returns {child is Node | string} */
function isShown(child) {
  return child !== null && child !== undefined && child !== false;
}

/** @param {HTMLElement} element @param {string} name @param {unknown} value */
function set(element, name, value) {
  if (name === "class") element.className = String(value);
  else if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
  else if (name in element && !name.includes("-")) Reflect.set(element, name, value);
  else element.setAttribute(name, String(value));
}

/** Give an element without text its name, for tooltips and screen readers. @param {HTMLElement} element @param {string} words */
export function label(element, words) {
  if (element.title === words) return;
  element.title = words;
  element.setAttribute("aria-label", words);
}

/** Set text only when it differs: a live region repeats what is set again. @param {Element} element @param {string} words */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/**
 * Hide, or show. @param {HTMLElement} element @param {boolean} shown
 */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/**
 * Let other things move up above an element at the foot of the page: its height is there as a custom property.
 *
 * @param {HTMLElement} element @param {string} property
 */
export function lifts(element, property) {
  new ResizeObserver(() => {
    const height = element.hidden ? 0 : innerHeight - element.offsetTop;
    document.body.style.setProperty(property, `${height}px`);
  }).observe(element);
}
