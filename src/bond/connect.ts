import type { CallSettings, Settings } from '../common/options.js';
import type { Driver } from '../drivers/driver.js';
import type { Interpreter } from '../process/interpreter.js';
import { Connection } from '../session/connection.js';
import { handshake } from '../session/handshake.js';
import { protocolNamed } from '../values/codecs.js';
import { Channel } from '../wire/channel.js';
import { openLog } from '../wire/conversation-log.js';
import { newMark } from '../wire/mark.js';
import { Requester } from './requester.js';

/**
 * Brings the driver into an interpreter that has been started. What a conversation needs is loaded with this file, and this
 * file while the first interpreter starts: a program that only imports the library need not wait for it.
 */
export async function connect(
  lang: string,
  driver: Driver,
  interpreter: Interpreter,
  settings: Settings,
): Promise<Requester> {
  const log = openLog({ lang, pid: interpreter.pid }, settings.logfile);
  log?.note(`started ${interpreter.command}`);
  const channel = new Channel(interpreter, newMark(), settings.maxMessageBytes, log);
  void interpreter.ended.then((ending) => log?.note(interpreter.howEnded(ending)));
  const ready = await handshake(interpreter, channel, driver, settings);
  const protocol = protocolNamed(ready.protocol);
  return new Requester(
    new Connection({ lang, driver, interpreter, channel, protocol, ready, settings, makeHandle }),
    settings.calls,
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
