import { BondException } from './errors.js';
import { wrongObjects } from './objects.js';
import { checkNames, checkTarget, checkTimeout, checkTypes } from './option-checks.js';
import {
  BOND_OPTIONS,
  type BondOptions,
  type CallOptions,
  type CallSettings,
  type Libraries,
  PROTOCOLS,
  type ProtocolName,
  type Settings,
} from './options.js';

/** @internal Checks the options and fills in the defaults. The code below this needs neither. */
export function resolveOptions(lang: string, options: BondOptions): Settings {
  checkNames(lang, options, BOND_OPTIONS);
  const { protocol, maxMessageBytes = 256 * 2 ** 20 } = options;
  checkTypes(lang, options);
  if (options.startTimeout !== undefined) checkTimeout(lang, 'startTimeout', options.startTimeout);
  const protocols = typeof protocol === 'string' ? [protocol] : protocol;
  checkProtocols(lang, protocols);
  return {
    cwd: options.cwd ?? currentDirectory(lang),
    env: options.env ?? process.env,
    defArgs: options.defArgs ?? true,
    startTimeout: options.startTimeout ?? 60_000,
    logfile: options.logfile,
    transExcept: options.transExcept,
    protocols,
    signal: options.signal,
    maxMessageBytes,
    convert: options.convert,
    text: options.text ?? 'characters',
    concurrent: options.concurrent ?? false,
    libraries: librariesIn(options),
    calls: resolveCallOptions(
      lang,
      { ...options, signal: undefined },
      { timeout: 60_000, signal: undefined, stdout: undefined, stderr: undefined, objects: 'error' },
    ),
  };
}

function librariesIn({ venv, autoload, lib }: BondOptions): Libraries | undefined {
  return (venv ?? autoload ?? lib) === undefined ? undefined : { venv, autoload, lib };
}

function currentDirectory(lang: string): string {
  try {
    return process.cwd();
  } catch (cause) {
    const text = 'the current working directory has been deleted: change to another one, or set the option cwd';
    throw new BondException(lang, text, { code: 'BOND_SETUP', cause });
  }
}

function checkProtocols(lang: string, names: readonly string[] = []): void {
  if (!Array.isArray(names)) throw new BondException(lang, `protocol must be a name, or a list of names`);
  const unknown = names.find((name) => !PROTOCOLS.includes(name as ProtocolName));
  if (unknown === undefined) return;
  throw new BondException(lang, `there is no protocol '${unknown}'; known: ${PROTOCOLS.join(', ')}`);
}

/** @internal Adds `options` to `defaults`. An option that is `undefined` counts as not given. */
export function resolveCallOptions(lang: string, options: CallOptions, defaults: CallSettings): CallSettings {
  const { timeout = defaults.timeout, signal = defaults.signal } = options;
  const { stdout = defaults.stdout, stderr = defaults.stderr, objects = defaults.objects } = options;
  checkTimeout(lang, 'timeout', timeout);
  if (stdout !== undefined) checkTarget(lang, 'stdout', stdout);
  if (stderr !== undefined) checkTarget(lang, 'stderr', stderr);
  if (signal !== undefined) checkTypes(lang, { signal });
  const wrong = wrongObjects(objects);
  if (wrong !== undefined) throw new BondException(lang, wrong);
  return { timeout, signal, stdout, stderr, objects };
}
