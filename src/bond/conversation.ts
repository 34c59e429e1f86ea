import type { CallSettings, Settings } from '../common/options.js';
import { tellLife } from '../common/tracing.js';
import type { Driver } from '../drivers/manifest.js';
import type { Interpreter } from '../process/interpreter.js';
import { Connection } from '../session/connection.js';
import type { Ready } from '../session/handshake.js';
import { protocolNamed } from '../values/codecs.js';
import { withOctets } from '../values/octets.js';
import type { Channel } from '../wire/channel.js';
import { Requester } from './requester.js';

/** Two sides that have come to know each other. */
export interface Parties {
  readonly lang: string;
  readonly driver: Driver;
  readonly interpreter: Interpreter;
  readonly channel: Channel;
  readonly ready: Ready;
  readonly settings: Settings;
}

/** Begins the conversation with a driver that runs. What only that needs is loaded with this file. */
export function converseWith(parties: Parties): Requester {
  const { ready, settings } = parties;
  const protocolFor = (hasBlocks: boolean) => {
    const known = protocolNamed(ready.protocol, hasBlocks);
    return settings.text === 'bytes' ? withOctets(known) : known;
  };
  const connection = new Connection({ ...parties, protocolFor, makeHandle });
  tellOfLife(parties);
  return new Requester(connection, settings.calls);
}

/** Tells of its start and its end, if anyone listens. */
function tellOfLife({ lang, interpreter, ready: { version } }: Parties): void {
  const { pid, command } = interpreter;
  tellLife(() => ({ event: 'started', lang, pid, command, version }));
  void interpreter.ended.then(({ exitCode, signal }) =>
    tellLife(() => ({ event: 'ended', lang, pid, command, exitCode, signal })),
  );
}

/** Who asks for what is done with handles, by the settings of one bond: there may be many handles. */
const requesters = new WeakMap<CallSettings, Requester>();

function makeHandle(connection: Connection, number: number, text: string, settings: CallSettings): unknown {
  let requester = requesters.get(settings);
  if (requester?.connection !== connection) requester = new Requester(connection, settings);
  requesters.set(settings, requester);
  return requester.handle(number, text);
}
