import { loadedLate } from '../common/descriptors.js';
import type { Settings } from '../common/options.js';
import type { Driver } from '../drivers/manifest.js';
import { checkTextKind } from '../drivers/text-kind.js';
import type { Interpreter } from '../process/interpreter.js';
import { featuresOf, handshake } from '../session/handshake.js';
import { Channel } from '../wire/channel.js';
import { openLog } from '../wire/conversation-log.js';
import { newMark } from '../wire/mark.js';
import type { Requester } from './requester.js';

const loadConversation = loadedLate(() => import('./conversation.js'));
const loadLibraries = loadedLate(() => import('./libraries.js'));
const loadConvert = loadedLate(() => import('./convert.js'));

/**
 * Brings the driver into an interpreter that has been started. What that needs is loaded with this file, and this file while the
 * first interpreter starts; the conversation is loaded while that compiles the driver.
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
  // An error is reported where the conversation is needed.
  const ready = await handshake(interpreter, channel, driver, settings, () => void loadConversation().catch(() => {}));
  checkTextKind(driver, settings.text, featuresOf(driver, ready).has('text'));
  const { converseWith } = await loadConversation();
  const requester = converseWith({ lang, driver, interpreter, channel, ready, settings });
  if (settings.concurrent) requester.connection.need('concurrent');
  if (settings.libraries) await (await loadLibraries()).findLibraries(requester, driver, settings.libraries);
  if (settings.convert) await (await loadConvert()).convertValues(requester, settings.convert);
  return requester;
}
