import type { ProtocolName } from '../common/options.js';
import type { Protocol } from './codec.js';
import { ejson, ejsonWithBlocks, json } from './json.js';
import { v8, v8WithBlocks } from './v8.js';

const PROTOCOLS: { readonly [Name in ProtocolName]: Protocol } = { EJSON: ejson, JSON: json, V8: v8 };
const WITH_BLOCKS: { readonly [Name in ProtocolName]: Protocol } = {
  EJSON: ejsonWithBlocks,
  JSON: json,
  V8: v8WithBlocks,
};

/** The protocol of that name; whether it writes many bytes as blocks. All protocols read those. */
export function protocolNamed(name: ProtocolName, hasBlocks = false): Protocol {
  return (hasBlocks ? WITH_BLOCKS : PROTOCOLS)[name];
}
