import type { Starter } from '../driver-tools.js';

/** What a starter project is made of. */
export interface ProjectPlan {
  /** The name of the package. */
  readonly name: string;
  readonly lang: string;
  readonly isTypeScript: boolean;
  readonly starter: Starter;
  /** The packages that it needs, with their versions. */
  readonly versions: { readonly bond: string; readonly typescript: string; readonly nodeTypes: string };
}

/** The files of a project, by their paths. */
export function starterFiles(plan: ProjectPlan): Map<string, string> {
  const { lang, starter, isTypeScript } = plan;
  const extension = isTypeScript ? 'ts' : 'js';
  const folder = folderOf(lang);
  const files: [path: string, text: string][] = [
    ['package.json', `${JSON.stringify(packageOf(plan), null, 2)}\n`],
    ['README.md', readme(plan)],
    ['.gitignore', 'node_modules/\ndist/\n'],
    [`${folder}/${starter.file}`, `${starter.source.join('\n')}\n`],
    ['src/greeting-types.d.ts', types(plan)],
    [`src/greeting.${extension}`, opening(plan)],
    [`src/main.${extension}`, main(plan)],
    [`test/greeting.test.${extension}`, test(plan)],
  ];
  if (isTypeScript) files.push(['tsconfig.json', TSCONFIG]);
  return new Map(files);
}

/** The folder of what is in the other language. */
export function folderOf(lang: string): string {
  return lang.toLowerCase();
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2022",
    "module": "nodenext",
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "types": ["node"],
    "rootDir": ".",
    "outDir": "dist"
  },
  "include": ["src", "test"]
}
`;

function packageOf({ name, lang, isTypeScript, starter, versions }: ProjectPlan): object {
  const file = `${folderOf(lang)}/${starter.file}`;
  const run = isTypeScript
    ? { start: 'tsc && node dist/src/main.js', test: 'tsc && node --test dist/test/*.test.js' }
    : { start: 'node src/main.js', test: 'node --test test/*.test.js' };
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: { ...run, types: `bond types --name Greeting -o src/greeting-types.d.ts ${lang} ${file}` },
    dependencies: { bond: versions.bond },
    ...(isTypeScript && { devDependencies: { '@types/node': versions.nodeTypes, typescript: versions.typescript } }),
  };
}

function types({ starter: { prefix } }: ProjectPlan): string {
  const named = (name: string): string => (prefix === '' ? name : `'${prefix}${name}'`);
  return `/** The functions of the file. \`npm run types\` writes this anew, from the file itself. */
export interface Greeting {
  /** Greets somebody. */
  ${named('greet')}(name: string): string;
  /** The mean of some numbers. */
  ${named('mean')}(numbers: number[]): number;
}
`;
}

function opening({ lang, isTypeScript, starter: { file, load } }: ProjectPlan): string {
  const up = isTypeScript ? '../..' : '..'; // from dist/src
  const promise = "Promise<import('bond').Bond<import('./greeting-types.js').Greeting>>";
  const imports = isTypeScript
    ? "import { type Bond, makeBond } from 'bond';\nimport type { Greeting } from './greeting-types.js';"
    : "import { makeBond } from 'bond';";
  const doc = `Starts a ${lang} with ${file} in it. Close it when you have done with it.`;
  const head = isTypeScript
    ? `/** ${doc} */\nexport async function openGreeting(): Promise<Bond<Greeting>> {`
    : `/**\n * ${doc}\n * @returns {${promise}}\n */\nexport async function openGreeting() {`;
  return `import { fileURLToPath } from 'node:url';
${imports}

const folder = fileURLToPath(new URL('${up}/${folderOf(lang)}/', import.meta.url));

${head}
  const bond = await makeBond${isTypeScript ? '<Greeting>' : ''}('${lang}', { cwd: folder });
  await bond.evalBlock(${JSON.stringify(load)});
  return bond;
}
`;
}

function main({ starter: { prefix } }: ProjectPlan): string {
  return `import { openGreeting } from './greeting.js';

const bond = await openGreeting();
console.log(await bond.call('${prefix}greet', 'world'));
console.log('mean:', await bond.call('${prefix}mean', [1, 2, 6]));
await bond.close();
`;
}

function test({ lang, isTypeScript, starter: { prefix } }: ProjectPlan): string {
  const declared = isTypeScript ? 'let bond: Awaited<ReturnType<typeof openGreeting>>;' : 'let bond;';
  return `import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openGreeting } from '../src/greeting.js';

${declared}

before(async () => {
  bond = await openGreeting();
});

after(() => bond?.close());

test('${lang} greets', async () => {
  assert.equal(await bond.call('${prefix}greet', 'Ada'), 'Hello, Ada, from ${lang}');
});

test('numbers cross both ways', async () => {
  assert.equal(await bond.call('${prefix}mean', [1, 2, 6]), 3);
});

test('an error in the other language is an exception here', async () => {
  await assert.rejects(bond.call('${prefix}mean', []), { name: 'RemoteException' });
});
`;
}

function readme({ name, lang, isTypeScript, starter: { file } }: ProjectPlan): string {
  const extension = isTypeScript ? 'ts' : 'js';
  return `# ${name}

A Node program that calls ${lang}, by \`bond\`.

\`\`\`sh
npm install
npm start        # runs src/main.${extension}
npm test
npm run types    # after changes to ${folderOf(lang)}/${file}: writes src/greeting-types.d.ts anew
npx bond ${lang}${' '.repeat(Math.max(1, 7 - lang.length))} # a session
\`\`\`

| | |
|---|---|
| \`${folderOf(lang)}/${file}\` | the functions in ${lang} |
| \`src/greeting.${extension}\` | starts ${lang}, and loads that file |
| \`src/greeting-types.d.ts\` | the types of the functions |
| \`src/main.${extension}\` | the program |
| \`test/greeting.test.${extension}\` | its tests |
`;
}
