/**
 * The wire's shapes that the page reads (see `schemas/`); fields that are absent are unknown.
 *
 * @typedef {{id: number, codec: string, channels: number, language?: string, title?: string, default?: boolean,
 *   selected?: boolean}} AudioTrack
 * @typedef {{id: number, codec: string, language?: string, title?: string, default?: boolean, selected?: boolean,
 *   kind?: "text" | "picture", forced?: boolean, hearing_impaired?: boolean, external?: boolean}} SubtitleTrack
 * @typedef {{audio?: AudioTrack[], subtitles?: SubtitleTrack[]}} Tracks
 * @typedef {{start: number, end: number, title?: string}} Chapter
 * @typedef {"auto" | "original" | "1080p" | "720p" | "480p" | "360p" | "audio-only"} Quality
 * @typedef {{mode: "direct" | "remux" | "transcode", reasons?: string[]}} Delivery
 * @typedef {{path: string, name: string}} Folder
 * @typedef {{media_id: string, title: string, size: number, path?: string, playable?: boolean, problem?: string,
 *   duration?: number, width?: number, height?: number, video_codec?: string, tracks?: Tracks, delivery?: Delivery,
 *   left_at?: number, watched?: boolean}} Item
 * @typedef {{item: {media_id: string}, title: string, position: number, duration: number, at: number}} LeftFilm
 * @typedef {{path: string, folders: Folder[], items: Item[], page: number, pages: number, total: number}} Listing
 * @typedef {{position: number, at: number, rate: number, playing: boolean}} Timeline
 * @typedef {{path: string} | {media_id: string}} ItemRef
 * @typedef {{kind: "direct" | "quality" | "join", quality: Quality, delivery: "hls" | "auto", position: number}} Offer
 * @typedef {{position: number, eta_s?: number, offers: Offer[]}} Waiting my place in the line, from 1, and how I can begin now
 * @typedef {{state: "idle" | "waiting" | "starting" | "playing" | "paused" | "finished" | "failed", epoch: number,
 *   stream_id?: string, item?: ItemRef, title?: string, url?: string, timeline?: Timeline, duration?: number,
 *   quality?: Quality, delivery?: Delivery, tracks?: Tracks, chapters?: Chapter[], thumbnails?: string, waiting?: Waiting,
 *   next?: Coming, error?: import("./rpc.js").WireError}} StreamStatus
 * @typedef {{item: ItemRef, title: string, url: string, stream_id: string, duration: number}} Coming
 * @typedef {{client_id: string, name: string}} Person
 * @typedef {{request_id: string, by: Person, message?: string, title?: string, expires_in?: number, after_item?: boolean}} TakeoverRequest
 * @typedef {{state: "free" | "held" | "contested" | "handing_over", holder?: Person, since?: number, lease?: number,
 *   request?: TakeoverRequest}} AuthorityState
 * @typedef {{since: number, reason: string, holder?: Person, lease?: number}} AuthorityChanged
 * @typedef {{request_id: string, outcome: "granted" | "refused" | "expired" | "cancelled" | "failed", reason: string,
 *   lease?: number}} TakeoverResolved
 * @typedef {{state: "off" | "idle" | "loading" | "playing" | "paused" | "failed", volume: number, muted: boolean,
 *   fullscreen: boolean, item?: ItemRef, title?: string, timeline?: Timeline, duration?: number, tracks?: Tracks,
 *   parked?: string, error?: import("./rpc.js").WireError}} ScreenStatus
 * @typedef {{id: string, item: ItemRef, title: string, duration?: number, by?: string}} QueueItem
 * @typedef {"mine" | "server"} QueueTarget
 * @typedef {"off" | "one" | "all"} Repeat
 * @typedef {{version: number, items: QueueItem[], total: number, first: number, current_id?: string, repeat: Repeat,
 *   shuffle: boolean}} QueueState `items` begins at index `first` of `total`
 * @typedef {"play" | "add" | "skip" | "previous" | "pause" | "resume" | "louder" | "softer" | "stop"} SuggestionKind
 * @typedef {{suggestion_id: string, by: Person, kind: SuggestionKind, expires_in: number, item?: ItemRef, title?: string}} Suggestion
 * @typedef {{suggestion_id: string, outcome: "accepted" | "refused" | "expired" | "withdrawn" | "failed", reason: string,
 *   by?: Person}} SuggestionAnswered
 */
export {};
