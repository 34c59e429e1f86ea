// Types from the other side, of files that nobody here wrote and of some that were written for this: what is written is
// compiled, together with a program that uses it, rightly and wrongly; and the program is run.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BondException, RemoteException, type TypesOptions, writeTypes } from '../src/index.js';
import { program as file, fixture } from './bonds.js';
import { compile, folderForPrograms, ROOT } from './compiler.js';
import { completionsAtEnd } from './editor.js';
import { onTestFinished } from './finish.js';
import {
  hasInterpreter,
  type Language,
  languages,
  missing,
  needsInterpreter,
  openBond,
  rejection,
} from './fixtures.js';
import { SharedProcesses } from './shared-processes.js';
import { languagesInTurn, testInTurn } from './turns.js';

/** A program that uses the types of a file. It begins where the file has been loaded, and `bond` is a bond with its types. */
interface Case {
  readonly lang: Language;
  /** A path or a name of a module. */
  readonly file: string;
  /** A file that must be there, and the package that brings it. */
  readonly needs?: readonly [path: string, name: string];
  readonly options?: TypesOptions;
  /** What is imported besides `Legacy`. */
  readonly imports?: string;
  readonly code: string;
  readonly output: string;
  /** Whether it is like others, and a check leaves it out. */
  readonly isAlike?: boolean;
}

const DEBIAN_PYTHON = '/usr/lib/python3/dist-packages/markdown/__init__.py';

const ALL_CASES: readonly Case[] = [
  {
    lang: 'PHP',
    file: fixture('legacy.php'),
    imports: 'Account, AccountClass, Date_',
    code: `
      const { App } = { App: bond.fn };
      console.log(await bond.fn['App\\\\words']('a b c', { most: 2 }));
      console.log(await bond.call('App\\\\total', 1, 2, 3.5), (await bond.fn['App\\\\row']()).tags?.length);
      console.log(await bond.fn['App\\\\leading'](callback((a, b) => a.toFixed() < b.toFixed()), [3, 1, 2]));
      console.log((await bond.fn['App\\\\later'](new Date(0), 2)).getTime() / 86_400_000);
      const filled: null = await bond.fn['App\\\\fill'](bond.ref('$filled'), null);
      console.log(filled, await bond.eval('$filled'), await bond.fn['App\\\\Account'].parse('12'));
      const accounts = await bond.hold<AccountClass>('App\\\\Account::class');
      await using account = await accounts.holdApply('me', 5);
      await account.hold('deposit', 3);
      const other = await bond.hold<Account>('App\\\\accountOf("you")');
      console.log(await account.get('balance'), await account.call('isRicherThan', other), await account.call('class', 'x'));
      console.log(await (await bond.hold<Date_>('new App\\\\Date')).call('year'));
      const wrong = () => [
        // @ts-expect-error: a text is no number
        bond.call('App\\\\total', 'one'),
        // @ts-expect-error: no options
        bond.fn['App\\\\words']('a b', { most: 'two' }),
        // @ts-expect-error: too many
        bond.fn['App\\\\row'](1),
        // @ts-expect-error: an account cannot be sent
        account.call('isRicherThan', { balance: 5 }),
        // @ts-expect-error: nor made without an owner
        accounts.holdApply(),
        // @ts-expect-error: a function of another type
        bond.fn['App\\\\leading'](callback((a: string) => a === ''), []),
      ];
      void [App, wrong];`,
    output: "[ 'a', 'b' ]\n6.5 undefined\n1\n2\nnull never 12\n8 true x\n2000\n",
  },
  {
    lang: 'PHP',
    file: '/usr/share/php/Parsedown/Parsedown.php',
    needs: ['/usr/share/php/Parsedown/Parsedown.php', 'php-parsedown'],
    imports: 'Parsedown, ParsedownClass',
    code: `
      await using parsedown = await bond.hold<Parsedown>('new Parsedown');
      console.log(await parsedown.call('text', '# Title'));
      const classes = await bond.hold<ParsedownClass>('Parsedown::class');
      console.log(await (await classes.holdApply()).call('line', '*so*'));
      const wrong = () => [
        // @ts-expect-error: no such method
        parsedown.call('txt', '# Title'),
        // @ts-expect-error: no text
        parsedown.call('line'),
        // @ts-expect-error: no such function
        bond.fn.Parsedown.made(),
      ];
      void wrong;`,
    output: '<h1>Title</h1>\n<em>so</em>\n',
  },
  {
    lang: 'Python',
    file: fixture('legacy.py'),
    imports: 'Account, AccountClass',
    code: `
      const { legacy } = bond.fn;
      console.log(await legacy.words('a b c', 2, 'd'), await legacy.words('a-b', kwargs({ separator: '-' })));
      console.log(await legacy.mean_of({ x: [1, 2] }, kwargs({ name: 'x' })));
      console.log(await legacy.table([[1, 'one']]), await legacy.leading(callback((a, b) => a < b), [3, 1, 2]));
      console.log((await legacy.shift({ x: 1, y: 2 }, [3, 4], {})).y, (await legacy.mode(3)).at(-1));
      console.log((await legacy.later(new Date(0), 2)).getTime() / 86_400_000, await legacy.unique(new Set([1]), {}));
      const accounts = await bond.hold<AccountClass>('legacy.Account');
      await using account = await accounts.holdApply('me', kwargs({ balance: 99 }));
      await account.hold('deposit', 5);
      const owner: string = await account.get('owner');
      console.log(owner, await account.get('is_rich'), await legacy.Account.parse('x'));
      console.log(await legacy.class_of(accounts), await legacy.odd(1, 2, 3));
      const wrong = () => [
        // @ts-expect-error: a text is no number
        legacy.words('a b', 'two'),
        // @ts-expect-error: not the right type, by name
        legacy.mean_of({ x: [1, 2] }, kwargs({ name: 5 })),
        // @ts-expect-error: a name is missing
        legacy.mean_of({ x: [1, 2] }),
        // @ts-expect-error: none of the texts
        legacy.mode('rw'),
        // @ts-expect-error: half a point
        legacy.shift({ x: 1 }, 1, {}),
        // @ts-expect-error: what is never there has no members
        async () => (await legacy.account_of('me')).owner,
        // @ts-expect-error: no such attribute
        account.get('ownr'),
      ];
      const decimal: Promise<never> = legacy.price(accounts);
      decimal.catch(() => {});
      const held: Promise<Held<Account>> = account.hold('deposit', 1);
      await held;
      void wrong;`,
    output: `[ 'a', 'b', 'd' ] [ 'a', 'b' ]\n1.5\nMap(1) { 1 => 'one' } 1\n6 255\n2 Set(1) { 1 }\nme true null\nAccount 1\n`,
  },
  {
    lang: 'Python',
    file: 'markdown',
    needs: [DEBIAN_PYTHON, 'python3-markdown'],
    options: { cmd: '/usr/bin/python3' },
    imports: 'MarkdownClass',
    code: `
      console.log(await bond.fn.markdown.markdown('# Title', kwargs({ extensions: ['toc'] })));
      await using markdown = await (await bond.hold<MarkdownClass>('markdown.Markdown')).holdApply();
      console.log(await markdown.call('convert', '*so*'));
      // @ts-expect-error: no text
      void (() => bond.fn.markdown.markdown());`,
    output: '<h1 id="title">Title</h1>\n<p><em>so</em></p>\n',
  },
  {
    lang: 'Python',
    file: 'textwrap',
    imports: 'TextWrapper',
    code: `
      console.log(await bond.fn.textwrap.wrap('one two three', 8));
      console.log(await bond.call('textwrap.shorten', 'one two three', 9, kwargs({ placeholder: '…' })));
      await using wrapper = await bond.hold<TextWrapper>('textwrap.TextWrapper(width=8)');
      console.log(await wrapper.call('fill', 'one two three'));
      // @ts-expect-error: too many
      void (() => bond.fn.textwrap.dedent('a', 'b'));
      // @ts-expect-error: no such function
      void (() => bond.call('textwrap.warp', 'a'));`,
    output: "[ 'one two', 'three' ]\none two…\none two\nthree\n",
  },
  {
    lang: 'Python',
    file: 'fractions',
    imports: 'FractionsModule',
    code: `
      const fractions = await bond.import<FractionsModule>('fractions');
      console.log(await new fractions.Fraction(3, 6).limit_denominator(2).conjugate().numerator);
      console.log(String(await fractions.Fraction.from_float(0.5)));
      // @ts-expect-error: no such class
      void (() => new fractions.Fractoin(1));
      // @ts-expect-error: no such method
      void (() => new fractions.Fraction(1).double());`,
    output: '1\nRemote [Python] Fraction\n',
  },
  {
    lang: 'Python',
    file: 'statistics',
    isAlike: true,
    code: `
      console.log(await bond.fn.statistics.median([3, 1, 2]));
      console.log(await bond.fn.statistics.quantiles([1, 2, 3, 4], kwargs({ n: 2 })));
      // @ts-expect-error: no numbers
      void (() => bond.fn.statistics.median());`,
    output: '2\n[ 2.5 ]\n',
  },
  {
    lang: 'Python',
    file: 'json',
    isAlike: true,
    code: `
      console.log(await bond.fn.json.dumps({ a: [1] }, kwargs({ indent: 1 })), await bond.fn.json.loads('[1]'));
      // @ts-expect-error: two at most are not given by name
      void (() => bond.fn.json.dumps(1, 2));`,
    output: '{\n "a": [\n  1\n ]\n} [ 1 ]\n',
  },
  {
    lang: 'Python',
    file: 'math',
    code: `
      console.log(await bond.fn.math.gcd(12, 18), await bond.fn.math.isclose(1, 1.1, kwargs({ abs_tol: 0.2 })));
      // @ts-expect-error: one number
      void (() => bond.fn.math.sqrt(1, 2));`,
    output: '6 true\n',
  },
  {
    lang: 'Python',
    file: 'colorsys',
    isAlike: true,
    code: `
      console.log(await bond.fn.colorsys.rgb_to_hsv(1, 0, 0));
      // @ts-expect-error: three numbers
      void (() => bond.fn.colorsys.rgb_to_hsv(1, 0));`,
    output: '[ 0, 1, 1 ]\n',
  },
  {
    lang: 'Perl',
    file: fixture('Legacy.pm'),
    imports: 'Legacy_',
    code: `
      const { Legacy: legacy } = bond.fn;
      console.log(await legacy.words('a b c', 2), await legacy.greet('you', 'greeting', 'Hi'), await legacy.twice(4));
      console.log(await legacy.apply(callback((x) => Number(x) + 1), 1, 2), await legacy.whatever(1, 2, 3));
      await using account = await bond.hold<Legacy_>('Legacy->new(balance => 5)');
      console.log(await account.call('deposit', 3));
      const wrong = () => [
        // @ts-expect-error: one number, says the prototype
        legacy.twice(),
        // @ts-expect-error: two arguments are all that is looked at
        legacy.words('a b', 1, 2),
        // @ts-expect-error: no such method
        account.call('withdraw', 3),
        // @ts-expect-error: private
        legacy._private(),
      ];
      void wrong;`,
    output: "[ 'a', 'b' ] Hi you 8\n[ 2, 3 ] 3\n8\n",
  },
  {
    lang: 'Perl',
    file: 'Text::Markdown',
    needs: ['/usr/share/perl5/Text/Markdown.pm', 'libtext-markdown-perl'],
    imports: 'Markdown',
    code: `
      await using markdown = await bond.hold<Markdown>('Text::Markdown->new');
      console.log(await markdown.call('markdown', '# Title'));
      // @ts-expect-error: no such method
      void (() => markdown.call('markup', '# Title'));`,
    output: '<h1>Title</h1>\n\n',
  },
  {
    lang: 'Perl',
    file: 'Image::ExifTool',
    needs: ['/usr/share/perl5/Image/ExifTool.pm', 'libimage-exiftool-perl'],
    imports: 'ExifTool',
    code: `
      console.log(await bond.fn.Image.ExifTool.ConvertDuration(90), await bond.fn.Image.ExifTool.GetFileType('a.jpg'));
      await using tool = await bond.hold<ExifTool>('Image::ExifTool->new');
      console.log(await tool.call('ConvertDateTime', '2000:01:01 00:00:00'));
      // @ts-expect-error: one number, says the prototype
      void (() => bond.fn.Image.ExifTool.ConvertDuration(1, 2));`,
    output: '0:01:30 JPEG\n2000:01:01 00:00:00\n',
  },
  {
    lang: 'Perl',
    file: 'List::Util',
    code: `
      console.log(await bond.fn.List.Util.sum(1, 2, 3), await bond.call('List::Util::uniq', 1, 1, 2));
      // @ts-expect-error: no such function
      void (() => bond.fn.List.Util.summ(1));`,
    output: '6 [ 1, 2 ]\n',
  },
  {
    lang: 'Perl',
    file: 'Text::Wrap',
    isAlike: true,
    code: `
      console.log(await bond.fn.Text.Wrap.wrap('', '  ', 'one two'));
      // @ts-expect-error: no such function
      void (() => bond.call('Text::Wrap::warp', ''));`,
    output: 'one two\n',
  },
  {
    lang: 'JavaScript',
    file: fixture('legacy.cjs'),
    imports: 'AccountClass',
    code: `
      const { legacy } = bond.fn;
      console.log(await legacy.words('a b c', 2, 'd'), await legacy.old(1, 2, 3));
      console.log(await legacy.leading(bond.ref('(a, b) => a < b'), [3, 1, 2]));
      console.log(await legacy.keys(new Map([['a', new Date(0)]]), null));
      const accounts = await bond.hold<AccountClass>('legacy.Account');
      await using account = await accounts.holdApply({ owner: 'me' });
      console.log(await account.call('deposit', 3), await legacy.Account.parse('12'));
      const wrong = () => [
        // @ts-expect-error: a text is no number
        legacy.words('a b', 'two'),
        // @ts-expect-error: numbers for texts
        legacy.words('a b', 2, 3),
        // @ts-expect-error: nobody's account
        accounts.holdApply({ balance: 5 }),
        // @ts-expect-error: a text is no number
        account.call('deposit', '3'),
      ];
      void wrong;`,
    output: "[ 'a', 'b', 'd' ] 3\n1\nSet(1) { 'a' }\n3 12\n",
  },
  {
    lang: 'JavaScript',
    file: 'node:path',
    code: `
      console.log(await bond.fn.path.join('a', 'b'));
      // @ts-expect-error: no such function
      void (() => bond.fn.path.joined('a'));`,
    output: 'a/b\n',
  },
  {
    lang: 'PHP',
    file: 'Twig\\Environment',
    needs: ['/usr/share/php/Twig/autoload.php', 'php-twig'],
    options: { setup: "require_once '/usr/share/php/Twig/autoload.php';" },
    imports: 'EnvironmentClass, Environment',
    code: `
      const Environment = await bond.import<EnvironmentClass>('Twig\\\\Environment');
      const ArrayLoader = await bond.import('Twig\\\\Loader\\\\ArrayLoader');
      const twig: Remote<Environment> = await new Environment(await new ArrayLoader({ page: 'Hello {{ name }}' }));
      const text: string = await twig.render('page', { name: 'you' });
      console.log(text, await twig.render(kwargs({ name: 'page', context: { name: 'me' } })));
      const major: number = await Environment.MAJOR_VERSION;
      console.log(major >= 3, (await twig.getCharset()).length, await twig.load('page').getTemplateName());
      const wrong = () => [
        // @ts-expect-error: no such method
        twig.rendr('page'),
        // @ts-expect-error: no such argument
        twig.render('page', kwargs({ contxt: {} })),
        // @ts-expect-error: no loader
        new Environment(),
        // @ts-expect-error: a number for a text
        twig.load(5),
      ];
      void wrong;`,
    output: 'Hello you Hello me\ntrue 5 page\n',
  },
  {
    lang: 'PHP',
    file: '/usr/share/php/Monolog',
    needs: ['/usr/share/php/Monolog/autoload.php', 'php-monolog'],
    imports: 'LoggerClass, TestHandlerClass',
    code: `
      const Logger = await bond.import<LoggerClass>('Monolog\\\\Logger');
      const TestHandler = await bond.import<TestHandlerClass>('Monolog\\\\Handler\\\\TestHandler');
      const handler = await new TestHandler();
      const log = await new Logger('name', kwargs({ handlers: [handler] }));
      await log.warning(kwargs({ message: 'low on tea' }));
      const [record] = await handler.getRecords() as { message: string }[];
      console.log(record?.message, await log.getName(), await handler.hasRecords(300));
      const level: number = await Logger.WARNING;
      console.log(level, await Logger.getLevelName(400));
      const wrong = () => [
        // @ts-expect-error: no such class of messages
        log.warming('a'),
        // @ts-expect-error: no such argument
        log.warning(kwargs({ msg: 'a' })),
        // @ts-expect-error: nothing of the kind
        Logger.WARMING,
      ];
      void wrong;`,
    output: 'low on tea name true\n300 ERROR\n',
  },
  {
    lang: 'Python',
    file: fixture('grids.py'),
    needs: ['/usr/lib/python3/dist-packages/numpy/__init__.py', 'python3-numpy'],
    options: { cmd: '/usr/bin/python3' },
    code: `
      const grid = new NDArray(Float64Array.of(1, 2, 3, 4), [2, 2]);
      const turned: NDArray | NumberArray = await bond.fn.grids.turned(grid);
      console.log(turned, await bond.fn.grids.turned(Int8Array.of(5)), await bond.fn.grids.total([grid, grid]));
      const wrong = () => [
        // @ts-expect-error: no array
        bond.fn.grids.turned('a'),
        // @ts-expect-error: one, and not several
        bond.fn.grids.total(grid),
      ];
      void wrong;`,
    output: 'NDArray(2, 2) float64 [ [ 1, 3 ], [ 2, 4 ] ] Float64Array(1) [ 5 ] 20\n',
  },
  {
    lang: 'Python',
    file: 'numpy',
    needs: ['/usr/lib/python3/dist-packages/numpy/__init__.py', 'python3-numpy'],
    options: { cmd: '/usr/bin/python3' },
    imports: 'NumpyModule',
    code: `
      const np = await bond.import<NumpyModule>('numpy');
      console.log(await np.linspace(0, 1, kwargs({ num: 3 })).tolist(), await np.float64(2.5), await np.pi > 3);
      console.log(await np.average([1, 2, 3], kwargs({ weights: [3, 2, 1] })), await np.linalg.norm([3, 4]));
      console.log(await np.arange(6).reshape(2, 3).sum(kwargs({ axis: 0 })).tolist());
      const wrong = () => [
        // @ts-expect-error: no such function
        np.linspce(0, 1),
        // @ts-expect-error: no such argument
        np.linspace(0, 1, kwargs({ number: 3 })),
        // @ts-expect-error: where does it end?
        np.linspace(0),
      ];
      void wrong;`,
    output: '[ 0, 0.5, 1 ] 2.5 true\n1.6666666666666667 5\n[ 3, 5, 7 ]\n',
  },
  {
    lang: 'Python',
    file: 'pandas',
    isAlike: true,
    needs: ['/usr/lib/python3/dist-packages/pandas/__init__.py', 'python3-pandas'],
    options: { cmd: '/usr/bin/python3', stderr: 'ignore' },
    imports: 'PandasModule, DataFrame',
    code: `
      const pd = await bond.import<PandasModule>('pandas');
      const table: Remote<DataFrame> = await new pd.DataFrame({ n: [3, 1, 2] });
      const sorted = table.sort_values('n', kwargs({ ascending: false }));
      console.log(await item(sorted, 'n').tolist(), await table.shape);
      const wrong = () => [
        // @ts-expect-error: no such method
        table.sort_valus('n'),
        // @ts-expect-error: no such argument
        table.drop_duplicates(kwargs({ inplac: true })),
      ];
      void wrong;`,
    output: '[ 3, 2, 1 ] [ 3, 1 ]\n',
  },
  {
    lang: 'Perl',
    file: 'Template',
    needs: ['/usr/lib/x86_64-linux-gnu/perl5/5.36/Template.pm', 'libtemplate-perl'],
    imports: 'TemplatePackage, Template',
    code: `
      const Template = await bond.import<TemplatePackage>('Template');
      const template: Remote<Template> = await new Template({ EVAL_PERL: 0 });
      await template.process(bond.ref('\\\\"Hello [% name %]\\\\n"'), { name: 'you' });
      console.log(String(await template.context()), await Template.VERSION > 2);
      const wrong = () => [
        // @ts-expect-error: no such method
        template.proces('page'),
        // @ts-expect-error: nor of the class
        Template['->old'](),
      ];
      void wrong;`,
    output: 'Hello you\nRemote [Perl] Template::Context true\n',
  },
  {
    lang: 'Perl',
    file: 'DBI',
    needs: ['/usr/lib/x86_64-linux-gnu/perl5/5.36/DBI.pm', 'libdbd-sqlite3-perl'],
    imports: 'DBIPackage',
    code: `
      const DBI = await bond.import<DBIPackage>('DBI');
      const db = await DBI['->connect']('dbi:SQLite:dbname=:memory:', '', '', { RaiseError: 1 });
      console.log(await db.selectrow_array('select 6 * 7'), await DBI.SQL_INTEGER(), await DBI.neat('a'));
      const wrong = () => [
        // @ts-expect-error: no such method
        DBI['->conect']('dbi:'),
        // @ts-expect-error: no such function
        DBI.naet('a'),
      ];
      void wrong;`,
    output: "42 4 'a'\n",
  },
  {
    lang: 'JavaScript',
    file: fixture('legacy.cjs'),
    imports: 'Legacy_Module',
    code: `
      const { default: legacy } = await bond.import<Legacy_Module>(${JSON.stringify(fixture('legacy.cjs'))});
      console.log(await legacy.words('a b c', 2), await new legacy.Account({ owner: 'me' }).deposit(3));
      // @ts-expect-error: no such function
      void (() => legacy.wrds('a'));`,
    output: "[ 'a', 'b' ] 3\n",
  },
  {
    lang: 'JavaScript',
    file: 'node:url',
    imports: 'UrlModule',
    code: `
      const url = await bond.import<UrlModule>('node:url');
      const text: string = await new url.URL('https://a.b/c?d=e').toString();
      console.log(text, await url.fileURLToPath('file:///a/b'));
      const wrong = () => [
        // @ts-expect-error: a number for a text
        new url.URL(5),
        // @ts-expect-error: no such function
        url.fileUrlToPath('file:///a'),
      ];
      void wrong;`,
    output: 'https://a.b/c?d=e /a/b\n',
  },
  {
    lang: 'JavaScript',
    file: 'fast-check',
    isAlike: true,
    imports: 'FastCheckModule',
    code: `
      const fc = await bond.import<FastCheckModule>('fast-check');
      console.log(await fc.sample(fc.constant(3), 2), String(await fc.integer({ min: 1 })));
      // @ts-expect-error: a text for a number
      void (() => fc.integer({ min: 'one' }));`,
    output: '[ 3, 3 ] Remote [JavaScript] IntegerArbitrary\n',
  },
];

const CASES = ALL_CASES.filter(({ isAlike }) => process.env.RELEASE || !isAlike);

/** Why a case cannot be tried here. */
function lacking({ lang, needs }: Case): string | undefined {
  if (!hasInterpreter(lang)) return `${lang}: no interpreter`;
  return needs && !existsSync(needs[0]) ? `${needs[0]}; apt-get install ${needs[1]}` : undefined;
}

function programOf({ lang, options, imports, code }: Case, index: number, types: string): string {
  const load = /await bond\.evalBlock\((.*)\);/.exec(types)?.[1];
  const command = options?.cmd ? `, '${options.cmd}'` : '';
  return `
    import { callback, type Held, item, kwargs, makeBond, NDArray, type NumberArray, type Remote } from 'bond';
    import type { ${['Legacy', imports].filter(Boolean).join(', ')} } from './types-${index}.js';
    void [callback, item, kwargs];
    export type Unused = [Held, Remote<Legacy>];
    await using bond = await makeBond<Legacy>('${lang}'${command});
    await bond.evalBlock(${load});
    ${code}`;
}

describe('what is written of a file', () => {
  let folder: string;
  let compiled: string;

  beforeAll(async () => {
    folder = folderForPrograms();
    const files = await Promise.all(
      CASES.map(async (one, index) => {
        if (lacking(one)) return [];
        const types = await writeTypes(one.lang, one.file, one.options);
        const paths = [join(folder, `types-${index}.d.ts`), join(folder, `program-${index}.mts`)] as const;
        writeFileSync(paths[0], types);
        writeFileSync(paths[1], programOf(one, index, types));
        return paths;
      }),
    );
    compiled = compile(files.flat());
  });

  const shared = new SharedProcesses(1); // these tests run one after the other

  afterAll(() => {
    shared.end();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [index, one] of CASES.entries()) {
    test(`${one.lang}, ${basename(one.file)}: compiles, finds wrong uses, and says what is true`, async ({ skip }) => {
      const reason = lacking(one);
      if (reason) return missing(reason, skip);
      const own = new RegExp(`(?:types|program)-${index}\\.`);
      expect(compiled.split('\n').filter((line) => own.test(line))).toEqual([]);
      const { stdout, stderr } = await shared.run([join(folder, `program-${index}.mjs`)], ROOT);
      expect(stderr).toBe('');
      expect(stdout).toBe(one.output);
    });
  }

  test('there are no other errors', () => {
    expect(compiled).toBe('');
  });
});

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages, 2);

  test('a file that is not there, or has nothing, is an exception', async () => {
    const extension = { PHP: 'php', Perl: 'pl', Python: 'py', JavaScript: 'cjs' }[lang];
    for (const missing of ['/nonexistent/file', `missing.${extension}`]) {
      const error = await rejection(writeTypes(lang, missing), BondException);
      expect(error.message).toBe(`[${lang}] there is no file ${missing}`);
    }
    const empty = file({ Perl: '1;', PHP: '<?php', Python: '', JavaScript: '' }[lang], `empty.${extension}`);
    expect((await rejection(writeTypes(lang, empty), BondException)).message).toContain('no functions');
  });

  test('the interface has the name that is wanted, if that is one', async () => {
    const path = fixture({ PHP: 'legacy.php', Perl: 'Legacy.pm', Python: 'legacy.py', JavaScript: 'legacy.cjs' }[lang]);
    expect(await writeTypes(lang, path, { name: 'Old' })).toContain('export interface Old {');
    await rejection(writeTypes(lang, path, { name: 'not so' }), BondException);
  });
});

/** What is typed, and what an editor has to offer then. */
const TYPED: Record<Language, { file: string; imported: string; code: string; offers: readonly string[] }> = {
  Python: {
    file: 'fractions',
    imported: 'FractionsModule',
    code: 'new imported.Fraction(1).',
    offers: ['numerator', 'limit_denominator'],
  },
  PHP: {
    file: fixture('legacy.php'),
    imported: 'AccountClass',
    code: "new imported('me').",
    offers: ['deposit', 'balance'],
  },
  Perl: { file: fixture('Legacy.pm'), imported: 'Legacy_Package', code: 'imported.', offers: ['words', 'greet'] },
  JavaScript: { file: 'node:path', imported: 'PathModule', code: 'imported.', offers: ['join', 'basename'] },
};

/** The editor is the same for each of them, so at a check one of them shows it. */
const editorLanguages = languagesInTurn();

test.each(editorLanguages())('an editor completes what is written of %s', async (lang) => {
  const { file, imported, code, offers } = TYPED[lang];
  const folder = folderForPrograms();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'types.d.ts'), await writeTypes(lang, file));
  const opening = `import type { Remote } from 'bond';\nimport type { ${imported} } from './types.js';`;
  const path = join(folder, 'program.mts');
  writeFileSync(path, `${opening}\ndeclare const imported: Remote<${imported}>;\n${code}`);
  expect(await completionsAtEnd(path)).toEqual(expect.arrayContaining([...offers]));
});

test.each(languages)('the head of the types of a file in %s names it as you do', async (lang) => {
  const name = { PHP: 'legacy.php', Perl: 'Legacy.pm', Python: 'legacy.py', JavaScript: 'legacy.cjs' }[lang];
  const cwd = dirname(fixture(name));
  const types = await writeTypes(lang, name, { cwd });
  expect(types).not.toContain(cwd);
  const load = /await bond\.evalBlock\((["'])(.*)\1\);/.exec(types)?.[2] as string;
  const bond = await openBond(lang, { cwd });
  await bond.evalBlock(load.replaceAll('\\"', '"'));
});

const AWAITED = `
from typing import Any, Awaitable, Coroutine, AsyncIterator
try: from typing import Self
except ImportError: Self = 'Account'
class Account:
    async def balance(self) -> int: return 1
    async def unknown(self): return 1
    async def renamed(self, name: str) -> Self: return self
async def find(name: str, most: int = 1) -> Account:
    """Finds one.

    :param name: whose it is,
        by name
    :param int most: how many
    :type name: str
    :returns: the account
    :rtype: Account
    """
    return Account()
def later() -> Awaitable[str]: pass
def sometime() -> Coroutine[Any, Any, bool]: pass
async def each() -> AsyncIterator[int]: yield 1
`;

test('in Python, what is awaited, the class of a method, and the fields of a docstring are known', async () => {
  const types = await writeTypes('Python', file(AWAITED, 'awaited.py'));
  expect(types.slice(types.indexOf('export interface AwaitedModule'), types.indexOf('/** The class'))).toBe(
    `export interface AwaitedModule {
  /**
   * Finds one.
   * @param name whose it is, by name
   * @param most how many; by default \`1\`
   * @returns the account
   */
  find(name: string, most?: number, named?: ByName<['name', 'most']>): Stays<Account>;
  later(): string;
  sometime(): boolean;
  each(): Stays<object>;
  Account: AccountClass;
}

export interface Account {
  balance(): number;
  renamed(name: string, named?: ByName<['name']>): Stays<Account>;
  unknown(): unknown;
}

`,
  );
});

describe('PHP', () => {
  needsInterpreter('PHP');

  test('a static method that returns static returns an object of its class', async () => {
    const text =
      '<?php class A { /** @return static */ public static function of() { return new static; } } class B extends A {}';
    const types = await writeTypes('PHP', file(text, 'of.php'));
    expect(types.match(/(?<=[^:])\bof\(.*/g)).toEqual(['of(): Stays<A>;', 'of(): Stays<B>;']);
  });

  test('what a file needs can be loaded before it', async () => {
    const base = file('<?php class Base {}', 'base.php');
    const path = file(
      '<?php class Derived extends Base { function twice(int $n): int { return 2 * $n; } }',
      'derived.php',
    );
    await rejection(writeTypes('PHP', path), RemoteException);
    const types = await writeTypes('PHP', path, { setup: `require '${base}';` });
    expect(types).toContain('twice(n: number');
    expect(types).not.toContain('interface Base');
  });

  test('a file that has nothing itself stands for those that it loads', async () => {
    const inner = file('<?php function inner(): bool { return true; }', 'inner.php');
    expect(await writeTypes('PHP', file(`<?php require '${inner}';`, 'outer.php'))).toContain('inner(): boolean;');
    const both = file(`<?php require '${inner}'; function outer(): bool { return true; }`, 'both.php');
    expect(await writeTypes('PHP', both)).not.toContain('inner()');
  });
});

test('an ES module is described, and loaded by the code that its head shows', async () => {
  const path = file('/** @param {number} n @returns {number} */\nexport function twice(n) { return 2 * n }', 'esm.mjs');
  const types = await writeTypes('JavaScript', path);
  expect(types).toContain('  twice(n: number): number;');
  const bond = await openBond('JavaScript');
  await bond.evalBlock(/evalBlock\('(.*)'\);/.exec(types)?.[1] ?? '');
  expect(await bond.call('esm.twice', 4)).toBe(8);
});

test('what a program prints while it is described does not get among the types', async () => {
  const path = file('<?php echo "noise"; function quiet(): int { return 1; }', 'noisy.php');
  const chunks: string[] = [];
  const types = await writeTypes('PHP', path, { stdout: (chunk) => void chunks.push(chunk.toString()) });
  expect(types).toContain('quiet(): number');
  expect(types).not.toContain('noise');
  expect(chunks.join('')).toBe('noise');
});

test('comments cannot end early, and names cannot break out', async () => {
  const code = `
    /** Ends: * / and { @param string $a */
    function odd($a, $default, $a_ = "*/") {}
    /** @return array{0: int, 'a b'?: \\No\\Such|null} */
    function shape() {}
    /** @return not<a(type */
    function nothing() {}`;
  const types = await writeTypes('PHP', file(`<?php ${code}`, 'odd.php'));
  expect(types).toContain(
    "odd(a: string, default_: AnyValue, a_?: AnyValue, named?: ByName<['a', 'default', 'a_']>): unknown;",
  );
  expect(types).toContain("shape(): { 0: number; 'a b'?: unknown };");
  expect(types).toContain('nothing(): unknown;');
  expect(types.match(/\*\//g)?.length).toBe(types.match(/\/\*\*/g)?.length);
});
