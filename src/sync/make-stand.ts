import type { ProtocolName } from '../common/options.js';
import type { Told } from './crossing.js';
import { makeRemote } from './remotes.js';
import { Bond, Held, Items } from './stands.js';
import type { Thread } from './thread.js';

/** What stands in the program for an object of the thread; nothing if it is no such object. */
export function makeStand(thread: Thread, [kind, id, lang, ...facts]: Told): unknown {
  const link = { thread, id: id as number, lang: lang as string };
  switch (kind) {
    case 'bond':
      return new Bond({ ...link, protocol: facts[1] as ProtocolName }, facts[0] as number);
    case 'held':
      return new Held(link, facts[0] as string, facts[1] as string);
    case 'remote':
      return makeRemote(link, facts[0] as string);
    case 'items':
      return new Items(link);
    case 'callable': {
      const call = (...args: unknown[]): unknown => thread.ask(link.lang, link.id, 'apply', [undefined, args]);
      return thread.known.add(link.id, call);
    }
    default:
      return undefined;
  }
}
