import { serialize } from 'node:v8';

/** The version of V8's format that this Node writes. An older one cannot be read by a newer name, nor a newer one at all. */
export const V8_FORMAT = serialize(null)[1] as number;
