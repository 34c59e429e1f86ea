import type { ProtocolName } from '../common/options.js';
import type { Protocol } from './codec.js';
import { ejson, json } from './json.js';
import { v8 } from './v8.js';

const PROTOCOLS: { readonly [Name in ProtocolName]: Protocol } = { EJSON: ejson, JSON: json, V8: v8 };

/** The protocol of that name. */
export function protocolNamed(name: ProtocolName): Protocol {
  return PROTOCOLS[name];
}
