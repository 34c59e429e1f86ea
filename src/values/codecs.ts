import type { Protocol } from './codec.js';
import { ejson } from './ejson.js';
import { json } from './json.js';
import { v8 } from './v8.js';

const PROTOCOLS: readonly Protocol[] = [ejson, json, v8];

/** The protocol of that name, if there is one. */
export function protocolNamed(name: string): Protocol | undefined {
  return PROTOCOLS.find((protocol) => protocol.name === name);
}

/** The names of all protocols, for messages. */
export function protocolNames(): string {
  return PROTOCOLS.map(({ name }) => name).join(', ');
}
