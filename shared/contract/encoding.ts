import { Packr } from 'msgpackr';

/** Frames as bytes, for channels that carry bytes only. Typed arrays keep their type, `undefined` stays `undefined`. */
export interface FrameEncoding {
  encode(frame: unknown): Uint8Array<ArrayBuffer>;
  /** Throws on bytes that are not one whole value. */
  decode(bytes: Uint8Array): unknown;
}

/** One side of a channel needs one encoding; it holds buffers, so it is not shared between channels. */
export const createFrameEncoding = (): FrameEncoding => {
  // Records (useRecords) would compile readers with `new Function`, which the page's policy forbids.
  const packr = new Packr({ useRecords: false, moreTypes: true, copyBuffers: true });
  return {
    encode: (frame) => packr.pack(frame) as Uint8Array<ArrayBuffer>,
    decode: (bytes) => packr.unpack(bytes) as unknown,
  };
};
