/** Where other people's code lies; `vendor/VENDORED.json` says what it is. */

const FOLDER = "./vendor/hls.js-1.7.4/";

export const HLS_SCRIPT = new URL(`${FOLDER}hls.min.mjs`, import.meta.url).href;
export const HLS_WORKER = new URL(`${FOLDER}hls.worker.js`, import.meta.url).href;
