/** Reads a type at the beginning of a text: the type in TypeScript, and what follows. */
export type TypeAt = (text: string) => { readonly type: string; readonly rest: string } | undefined;

export interface DocTag {
  readonly type: string | undefined;
  readonly text: string;
  readonly isOptional: boolean;
  readonly isRest: boolean;
}

/** What a doc comment of PHP or JavaScript says. */
export interface DocComment {
  readonly text: string;
  readonly parameters: ReadonlyMap<string, DocTag>;
  readonly returns: DocTag | undefined;
  readonly value: DocTag | undefined;
}

/** Reads a comment, whose tags may have types, in braces or not. */
export function readDocComment(comment: string, typeAt: TypeAt): DocComment {
  const plain = comment
    .replace(/^\s*\/\*\*+|\*+\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .reduce((text, line) => `${text}\n${line}`, ''); // begins with a newline, which may be in front of a tag
  const [text = '', ...tags] = plain.split(/^\s*(?=@\w)|\s(?=@(?:param|returns?|type|var)\s)/m);
  const parameters = new Map<string, DocTag>();
  let [returns, value]: (DocTag | undefined)[] = [];
  for (const tag of tags) {
    const [, name, content = ''] = /^@([\w-]+)\s*([\s\S]*)$/.exec(tag) ?? [];
    if (name === 'param') addParameter(parameters, content, typeAt);
    if (name === 'return' || name === 'returns') returns ??= readTag(content, typeAt);
    if (name === 'var' || name === 'type') value ??= readTag(content, typeAt);
  }
  return { text: text.trim(), parameters, returns, value };
}

function addParameter(parameters: Map<string, DocTag>, content: string, typeAt: TypeAt): void {
  const tag = readTag(content, typeAt);
  const [, dots, bracket, name = '', inner, text = ''] =
    /^\s*&?(\.\.\.)?(\[)?[&$]?([\w$]+)(\.[\w$.[\]]+)?(?:=[^\]]*)?\]?([\s\S]*)$/.exec(tag.text) ?? [];
  if (inner) return; // a property of it
  parameters.set(name, {
    type: tag.type,
    text: text.replace(/^\s*-?\s*/, '').trim(),
    isOptional: tag.isOptional || bracket !== undefined,
    isRest: tag.isRest || dots !== undefined,
  });
}

/** A type, and the text behind it. */
function readTag(content: string, typeAt: TypeAt): DocTag {
  const braced = bracedAt(content);
  if (braced) {
    const [, dots, inner = '', equals] = /^\s*(\.\.\.)?([\s\S]*?)(=)?\s*$/.exec(braced.inner) ?? [];
    const read = typeAt(inner);
    return {
      type: read && read.rest.trim() === '' ? read.type : undefined,
      text: braced.rest.trim(),
      isOptional: equals !== undefined,
      isRest: dots !== undefined,
    };
  }
  const read = /^(?:\$(?!this\b)|[&[])/.test(content) ? undefined : typeAt(content);
  const isType = read !== undefined && /^(?:\s|$)/.test(read.rest);
  return {
    type: isType ? read.type : undefined,
    text: isType ? read.rest.trim() : content.trim(),
    isOptional: false,
    isRest: false,
  };
}

/** What the braces at the beginning of a text hold, and what follows. */
function bracedAt(text: string): { readonly inner: string; readonly rest: string } | undefined {
  if (!text.startsWith('{')) return undefined;
  let depth = 0;
  for (let end = 0; end < text.length; end++) {
    if (text[end] === '{') depth++;
    if (text[end] === '}') depth--;
    if (depth === 0) return { inner: text.slice(1, end), rest: text.slice(end + 1) };
  }
  return undefined;
}
