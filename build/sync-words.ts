// The words of doc comments about promises, and what they say in `bond/sync`.

/** Sentences that are different there. A space stands for whatever white space a comment has in its place. */
const SENTENCES: readonly (readonly [before: string, after: string])[] = [
  [
    'Properties and calls form a chain, which is sent as one request when you await it.',
    'A call is sent immediately, as one request with the properties and items before it.',
  ],
  ['when you await something of type `T`', 'when you call a function that returns a `T`'],
  [
    'Each property, call, item and `new` is an {@link Expression}, which is sent when you await it. You get its value if that can be copied, otherwise',
    'Each property and item is an {@link Expression}. A call or `new` is sent immediately. You get its value if that can be copied, otherwise',
  ],
  [
    'A property, call, item or `new` of a {@link Remote}, of which nothing has been sent yet. Await it to evaluate it, or add further properties and calls: all of them are one request.',
    'A property or item of a {@link Remote}, of which nothing has been sent yet. `value` evaluates it, and so does a call behind it: all of it is one request.',
  ],
  [' It has no `then`, so awaiting it gives the handle itself.', ''],
  ['calls that `run` makes and awaits', 'calls that `run` makes'],
  [', and returns a promise', ''],
  [', sync or async', ''],
  ['; may be async', ''],
  [' It may be async: the interpreter waits for it.', ''],
  [
    'Resolves when the interpreter has ended, to its exit code, signal and last standard error. Never rejects.',
    'How the interpreter has ended: its exit code, signal and last standard error. `undefined` while it runs.',
  ],
  [
    `python.closed.then(({ exitCode }) => console.log(\`Python exited with \${exitCode}\`));`,
    'python.closed?.exitCode; // 0',
  ],
  // A program that waits cannot interrupt what it waits for in this way.
  [
    "@example const running = python.evalBlock('while True: pass').catch((error) => error.type); await python.interrupt(); await running; // 'KeyboardInterrupt'",
    '',
  ],
  ['Names that belong to the promise.', 'Names that an expression has no members of.'],
];

/** Words, behind the sentences. */
const WORDS: readonly (readonly [before: RegExp, after: string])[] = [
  [/\bawait (?=using|\S)/g, ''],
  [/\bfor await\b/g, 'for'],
  [/\b([Rr])esolves to\b/g, '$1eturns'],
  [/\b([Rr])esolves when\b/g, '$1eturns when'],
  [/\breject(s?)(?: with)?\b/g, 'throw$1'],
  [/\basync (?=\w*\()/g, ''],
];

/** The compiler indents the 120 characters of a line by two more. */
const WIDTH = 122;

/** What a comment may say of promises all the same: they are those of the other language. */
const ALLOWED = ['If it returns a promise in its language, that is awaited.'];

/**
 * Doc comments, and the code in them, as `bond/sync` has them.
 * @throws Error if something is still said of promises
 */
export function withSyncWords(text: string): string {
  return text.replace(/^( *)\/\*\*[\s\S]*?\*\//gm, (comment, indent: string) => {
    let result: string = comment;
    for (const [before, after] of SENTENCES) result = result.replace(sentence(before), () => after);
    for (const [before, after] of WORDS) result = result.replace(before, after);
    refuseRest(result);
    return wrapped(result, `${indent} * `);
  });
}

/** A sentence, wherever the lines of a comment break it. */
function sentence(words: string): RegExp {
  const space = String.raw`(?:\s+\* |\s+)`;
  return new RegExp(words.split(' ').map(escaped).join(space));
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function refuseRest(comment: string): void {
  const rest = ALLOWED.reduce((text, allowed) => text.replace(allowed, ''), comment);
  const [word] = /\b(?:await\w*|promises?|re(?:ject|solve)\w*)\b/i.exec(rest) ?? [];
  if (word) throw new Error(`what does '${word}' mean in bond/sync? build/sync-words.ts has to say so: ${comment}`);
}

/** Breaks lines that are too long, into the next line of the paragraph, and drops those of which nothing is left. */
function wrapped(comment: string, start: string): string {
  const lines: string[] = [];
  let rest = '';
  for (const line of comment.split('\n')) {
    const isProse = line.startsWith(start) && /^[^@\s]/.test(line.slice(start.length));
    if (rest !== '' && !isProse) lines.push(rest);
    let whole = rest !== '' && isProse ? `${rest} ${line.slice(start.length)}` : line;
    rest = '';
    while (whole.length > WIDTH) {
      const end = whole.lastIndexOf(' ', WIDTH);
      lines.push(whole.slice(0, end));
      whole = start + whole.slice(end + 1);
      rest = whole;
    }
    if (rest === '') lines.push(whole);
  }
  return lines.filter((line) => line !== start).join('\n');
}
