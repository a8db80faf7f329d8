import { h, show } from "./dom.js";

/**
 * Between two films of a queue the last picture of the first stays, in place of a black one and a spinner, until the
 * next film has a picture; but not for ever.
 */
export class Bridge {
  /** Whether it is there. */
  stands = false;
  /** Whether somebody waits in front of it for the same film, and is told so. */
  waits = false;
  /** The last picture. */
  element = h("canvas", { class: "last-picture", "aria-hidden": "true" });
  #video;
  #onChange;
  /** @type {number | undefined} */
  #timer;

  /** @param {HTMLVideoElement} video @param {() => void} onChange */
  constructor(video, onChange) {
    this.#video = video;
    this.#onChange = onChange;
    show(this.element, false);
  }

  /** @param {number} patience milliseconds @param {boolean} [waits] */
  build(patience, waits = false) {
    this.waits = waits;
    if (!this.stands) this.#draw();
    this.stands = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), patience);
    this.#onChange();
  }

  /** The next film has begun: it ends with its first picture. */
  cross() {
    if (!this.stands) return;
    if (this.#video.videoWidth && "requestVideoFrameCallback" in this.#video) this.#video.requestVideoFrameCallback(() => this.end());
    else this.end();
  }

  end() {
    clearTimeout(this.#timer);
    if (!this.stands) return;
    this.stands = false;
    show(this.element, false);
    this.#onChange();
  }

  #draw() {
    const { videoWidth, videoHeight } = this.#video;
    if (!videoWidth) return; // sound alone
    [this.element.width, this.element.height] = [videoWidth, videoHeight];
    this.element.getContext("2d")?.drawImage(this.#video, 0, 0);
    show(this.element, true);
  }
}
