import { Dialog } from './dialog.js';
import { forPeople } from './format.js';
import { historyFile } from './history.js';
import type { InteractOptions } from './interact-options.js';
import type { Partner } from './repl-target.js';
import { hasColors, widthOf } from './terminal.js';

/** Converses with a person or a pipe until that leaves, or the interpreter is gone. */
export async function converse(bond: Partner, options: InteractOptions): Promise<void> {
  const { input = process.stdin, output = process.stdout } = options;
  const { errors = output, history = historyFile(bond.lang) } = options;
  const colors = {
    values: options.colors ?? hasColors(output),
    errors: options.colors ?? hasColors(errors),
  };
  const presentation = forPeople(colors, () => widthOf(output));
  await new Dialog(bond, {
    input,
    output,
    errors,
    presentation,
    history: history || undefined,
    hasColors: colors.values,
  }).run();
}
