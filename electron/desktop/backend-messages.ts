/** First message to the backend's process: what the backend is created with. */
export interface BackendStart {
  readonly kind: 'start';
  readonly dataFolder: string;
  readonly version: string;
}

/** From the main process to the backend's process; `client` carries the renderer's port. */
export type ToBackend = BackendStart | { readonly kind: 'client' } | { readonly kind: 'stop' };

/** From the backend's process: an address for the person's own browser. */
export interface FromBackend {
  readonly kind: 'browse';
  readonly url: string;
}
