import { beginningOf } from './declaration-text.js';
import type { DocComment, DocTag } from './doc-comment.js';

/** A field of reStructuredText, such as `:param int x: how many`, with the indented lines that continue it. */
const FIELD = /^:(\w+)(?:[ \t]+([^:\n]+))?:[ \t]*(.*(?:\n[ \t]+\S.*)*)\n?/gm;

/** Reads plain documentation, as Python has it. Fields name no types: annotations do. */
export function readDocstring(doc: string): DocComment {
  const parameters = new Map<string, DocTag>();
  let returns: DocTag | undefined;
  const text = doc.replace(FIELD, (field, kind: string, argument: string | undefined, content: string) => {
    const tag = { type: undefined, text: content.replace(/\s*\n\s*/g, ' ').trim(), isOptional: false, isRest: false };
    const name = argument?.trim().split(/\s+/).at(-1)?.replace(/^\W+/, '');
    if (/^param(?:eter)?$|^arg(?:ument)?$|^key(?:word)?$/.test(kind) && name) parameters.set(name, tag);
    else if (/^returns?$/.test(kind)) returns ??= tag;
    else if (!/^r?type$/.test(kind)) return field;
    return '';
  });
  return { text: beginningOf(text.trim()), parameters, returns, value: undefined };
}
