// The option `text: 'bytes'`, for programs in Perl and Python 2 that never decode: text is octets there, and text here.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Bond,
  BondException,
  type BondOptions,
  callback,
  kwargs,
  live,
  type ProtocolName,
  RemoteException,
  SerializationException,
  stream,
  superOf,
} from '../src/index.js';
import { temporaryDirectory } from './bonds.js';
import {
  all,
  collect,
  expectAlive,
  expectSame,
  type Language,
  languages,
  missing,
  openBond,
  openPool,
  rejection,
} from './fixtures.js';
import { effort } from './fuzzing.js';
import { pythonOfPyenv } from './generations.js';

/** A PNG of one pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const FOLDER = fileURLToPath(new URL('fixtures/old-text', import.meta.url));
const hiding = (what: string) => ['-I', fileURLToPath(new URL(`fixtures/${what}`, import.meta.url))];

/** An interpreter in which programs do not decode. */
interface Place {
  readonly lang: Language;
  readonly command: () => string | undefined;
  /** What loads the guestbook in `folder`, and puts one into `book`; what its `main(folder)` is called. */
  readonly load: (folder: string) => string;
  readonly main: string;
  /** Defines `same(x)`, `made(codes)`: a string of octets, `kind(x)`: how a string is kept, `relay(x)`: what `host(x)` returns. */
  readonly functions: string;
  readonly kind: string;
  readonly book: string;
  readonly held: string;
}

const PERL: Place = {
  lang: 'Perl',
  command: () => (spawnSync('perl', ['-MDBD::SQLite', '-e', '1']).status === 0 ? 'perl' : undefined),
  load: (folder) => `require "${folder}/Guestbook.pm"; $book = Guestbook->new("${folder}");`,
  main: 'Guestbook::main',
  functions: `
    sub same { $_[0] }
    sub made { pack 'C*', @{ $_[0] } }
    sub kind { utf8::is_utf8($_[0]) ? 'characters' : 'octets, ' . length $_[0] }
    sub relay { host($_[0]) }
    sub length_of { length $_[0] }`,
  kind: 'octets',
  book: '$book',
  held: '$Guestbook::motto',
};

const PYTHON: Place = {
  lang: 'Python',
  command: () => pythonOfPyenv('2.7'),
  load: (folder) => `
    import sys
    sys.path.insert(0, ${JSON.stringify(folder)})
    import guestbook
    book = guestbook.Guestbook(${JSON.stringify(folder)})`,
  main: 'guestbook.main',
  functions: `
    def same(x): return x
    def made(codes): return ''.join(map(chr, codes))
    def kind(x): return 'octets, %d' % len(x) if type(x) is str else type(x).__name__
    def relay(x): return host(x)
    def length_of(x): return len(x)`,
  kind: 'octets',
  book: 'book',
  held: 'guestbook.motto',
};

const places = [PERL, PYTHON].filter(({ lang }) => languages.includes(lang));

function needsProgram({ lang, command }: Place): void {
  beforeEach(({ skip }) => {
    if (command() === undefined) missing(`${lang}: no ${lang === 'Perl' ? 'DBD::SQLite' : '2.7'}`, skip);
  });
}

async function open({ lang, command, functions }: Place, options: BondOptions = {}, args: readonly string[] = []) {
  const bond = await openBond(lang, [command() as string], args, { text: 'bytes', ...options });
  await bond.evalBlock(functions);
  return bond;
}

/** What octets arrive as: text, if they are UTF-8. */
function arrived(octets: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return octets;
  }
}

const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => Buffer.from(value).toString());
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 8 }),
  text.map((value) => new TextEncoder().encode(value)),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    octets,
    fc.integer(),
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));

/** The same value, as it comes back. */
function returned(value: unknown): unknown {
  if (value instanceof Uint8Array) return arrived(value);
  if (Array.isArray(value)) return value.map(returned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, returned(part)]));
}

/** The same without bytes, which JSON has no word for. */
function withoutBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutBytes(part)]));
}

const modules: [name: string, args: string[]][] = [
  ['Cpanel::JSON::XS', []],
  ['JSON::XS', hiding('without-cpanel')],
  ['no module', hiding('without-xs')],
];

const ways = places.flatMap((place) =>
  (place.lang === 'Perl' ? modules : ([['its own JSON', []]] as typeof modules)).flatMap(([name, args]) =>
    (['EJSON', 'JSON'] as const).map((protocol) => ({ place, name, args, protocol, title: place.lang })),
  ),
);

describe.each(ways)('$title by $name and $protocol', ({ place, name, args, protocol }) => {
  needsProgram(place);

  async function openWith(): Promise<Bond> {
    const bond = await open(place, { protocol: protocol as ProtocolName }, args);
    await bond.call('length_of', 'x'.repeat(100_000)); // so long a text has Perl look for a module
    if (name.includes('::')) expect(await bond.eval(`exists $INC{'${name.replaceAll('::', '/')}.pm'}`)).toBe(true);
    return bond;
  }

  test('random values come back as they went, through functions of both sides', async () => {
    const bond = await openWith();
    await bond.export((value: unknown) => value, 'host');
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const sent = protocol === 'JSON' ? withoutBytes(value) : value;
        expectSame(await bond.call('same', sent), returned(sent));
        expectSame(await bond.call('relay', sent), returned(sent));
      }),
      effort(300),
    );
  });

  test('random octets arrive as text if they are UTF-8, and otherwise as they are', async () => {
    const bond = await openWith();
    await fc.assert(
      fc.asyncProperty(octets, async (given) => {
        const expected = arrived(given);
        const answer = bond.call('made', [...given]);
        if (protocol === 'JSON' && typeof expected !== 'string') await rejection(answer, SerializationException);
        else expectSame(await answer, expected);
      }),
      effort(300),
    );
  });

  test('long texts and lists cross in parts', async () => {
    const bond = await openWith();
    const long = 'aä€😀'.repeat(100_000);
    expect((await bond.call('same', long)) === long).toBe(true);
    const list = Array.from({ length: 3000 }, (_, index) => ({ 'ü€': `ß${index}` }));
    expectSame(await bond.call('same', list), list);
    expect(await bond.call('kind', long)).toBe(`octets, ${Buffer.byteLength(long)}`);
  });
});

describe.each(places.map((place) => ({ place, title: place.lang })))('an old program in $title', ({ place }) => {
  needsProgram(place);
  const { lang, book, main, held } = place;
  const name = 'Łukasz Żak';
  const greeting = 'Zażółć gęślą jaźń – na 5 €';

  async function openBook(options: BondOptions = {}) {
    const output = collect();
    const errors = collect();
    const bond = await open(place, { stdout: output.stdout, stderr: errors.stdout, ...options });
    await bond.evalBlock(place.load(FOLDER));
    return { bond, output, errors };
  }

  /** What calls a method of the book. */
  const method = (of: string) => (lang === 'Perl' ? `$book->${of}` : `book.${of}`);

  test('prints what it prints by itself, to the last byte, warnings too', async () => {
    const { bond, output, errors } = await openBook();
    const file = lang === 'Perl' ? 'Guestbook.pm' : 'guestbook.py';
    const alone = spawnSync(place.command() as string, [join(FOLDER, file), FOLDER]);
    await bond.call(main, FOLDER);
    await errors.until(String(alone.stderr));
    expect(output.bytes().equals(alone.stdout)).toBe(true);
    expect(errors.bytes().equals(alone.stderr)).toBe(true);
    expect(output.text()).toContain('Schöne Grüße!');
  });

  test('gives its texts, from its source, a file, a template and a database', async () => {
    const { bond } = await openBook();
    expect(await bond.eval(held)).toBe('Übung macht den Meister');
    expect(await bond.eval('"Übung"')).toBe('Übung');
    expect(await bond.call(method('entries'))).toContainEqual({
      name: 'Ελένη',
      ort: 'Αθήνα',
      gruß: 'Καλημέρα 😀',
    });
    expect(await bond.call(method('texts'))).toMatchObject({ [name]: greeting });
    expect(await bond.call(method('page'), 'Łódź')).toBe(
      `<h1>Gästebuch für Łódź</h1>\n<p>${name} (Łódź): ${greeting}</p>\n<p>© 1 Einträge</p>\n`,
    );
  });

  test('gets texts as it has them, as arguments, keys, names and code', async () => {
    const { bond, output } = await openBook();
    expect(await bond.call('kind', 'Größe')).toBe('octets, 7');
    expect(await bond.call('kind', 'plain')).toBe('octets, 5');
    expect(await bond.call(method('find'), name)).toBe(greeting);
    expect(await bond.call(method('add'), 'Åse', 'Tromsø', 'Blåbærsyltetøy')).toBe('Åse');
    expect(await bond.call(method('find'), 'Åse')).toBe('Blåbærsyltetøy');
    await bond.evalBlock(lang === 'Perl' ? 'print "Größe €\\n"' : 'print "Größe €"');
    expect(output.text()).toBe('Größe €\n');
    expect(await bond.call('length_of', bond.ref('"Größe"'))).toBe(7);
    expect(await bond.fn[method('greeting')]?.(kwargs({ zeit: 'spät', name: 'Zoë' }))).toBe(
      'Gute Nacht – schlafen Sie schön, Zoë',
    );
  });

  test('throws and is told exceptions with such messages', async () => {
    const { bond } = await openBook();
    const error = await rejection(bond.call(method('find'), 'Bärbel'), RemoteException);
    expect(error.message).toContain('Kein Gast namens »Bärbel«');
    const thrown = new Error('böse – 5 €');
    await bond.export(() => {
      throw thrown;
    }, 'host');
    const caught = lang === 'Perl' ? 'eval { host() }; "$@" eq "böse – 5 €"' : null;
    if (caught) expect(await bond.eval(caught)).toBe(true);
    expect((await rejection(bond.call('relay', 1), RemoteException)).cause).toBe(thrown);
    await expectAlive(bond);
  });

  test('calls functions of the host with its texts, and gets theirs', async () => {
    const { bond } = await openBook();
    const given: unknown[] = [];
    const decorate = callback((row: string) => {
      given.push(row);
      return `☞ ${row}`;
    });
    expect(await bond.call(method('page'), 'Köln', decorate)).toContain('☞ <p>Jürgen Müßig (Köln): Schöne Grüße!</p>');
    expect(given).toEqual(['<p>Jürgen Müßig (Köln): Schöne Grüße!</p>\n']);
    const host = live({ größe: 'mäßig', 'ä €': { ö: 'ü' }, f: (x: string) => `${x}ß` });
    const get =
      lang === 'Perl'
        ? ['sub { $_[0]{"ä €"}{"ö"} }', 'sub { $_[0]->f("ä") }']
        : ['lambda o: o["ä €"]["ö"]', 'lambda o: o.f("ä")'];
    expect(await bond.call(get[0] as string, host)).toBe('ü');
    expect(await bond.call(get[1] as string, host)).toBe('äß');
  });

  test('is held, iterated over, imported, extended, and converted', async () => {
    const { bond } = await openBook({
      convert: { Ort: lang === 'Perl' ? 'sub { "Ort: " . $_[0]{"ö"} }' : 'lambda o: "Ort: " + o.o' },
    });
    const handle = await bond.hold(book);
    expect(await handle.call('find', name)).toBe(greeting);
    expect(await all(bond.iterate(lang === 'Perl' ? '$book->names' : 'book.names()'))).toContain('Zoë Ibáñez');
    const join =
      lang === 'Perl'
        ? 'sub { my ($next) = @_; my $all = ""; while (defined(my $x = $next->())) { $all .= $x } $all }'
        : '"".join';
    expect(await bond.call(join, stream(['ä', '€', '😀']))).toBe('ä€😀');
    await bond.evalBlock(
      lang === 'Perl'
        ? 'package Ort { sub new { bless { "ö" => "Łódź" }, $_[0] } }'
        : 'class Ort(object):\n  def __init__(self): self.o = "Łódź"',
    );
    expect(await bond.eval(lang === 'Perl' ? '[Ort->new]' : '[Ort()]')).toEqual(['Ort: Łódź']);
    const Base = lang === 'Perl' ? 'Guestbook' : 'guestbook.Guestbook';
    const Loud = await bond.extend(Base, {
      async find(wanted: string) {
        return `${await superOf(this).find(wanted)}!¡`;
      },
    });
    expect(await new Loud(FOLDER).find('Ann')).toBe('plain!¡');
    expect(await new Loud(FOLDER).find(name)).toBe(`${greeting}!¡`);
    if (lang === 'Perl') {
      const Guestbook = await bond.import('Guestbook');
      expect(await (await new Guestbook(FOLDER)).texts()).toMatchObject({ [name]: greeting });
      expect(await Guestbook.motto).toBe('Übung macht den Meister');
    } else {
      const guestbook = await bond.import('guestbook');
      expect(await guestbook.Guestbook(FOLDER).texts()).toMatchObject({ [name]: greeting });
      expect(await guestbook.motto).toBe('Übung macht den Meister');
    }
  });

  test('calls another language, and is called by it', async ({ skip }) => {
    if (!languages.includes('Python')) skip('Python is not among the languages');
    const { bond } = await openBook();
    const python = await openBond('Python');
    await python.evalBlock('def shout(text): return text.upper()\ndef kind(x): return type(x).__name__');
    await python.proxy('shout', bond);
    expect(await bond.call(lang === 'Perl' ? 'sub { shout("größe €") }' : 'lambda: shout("größe €")')).toBe('GRÖSSE €');
    await bond.proxy(method('find'), python, 'find');
    expect(await python.eval(`find(${JSON.stringify(name)})`)).toBe(greeting);
    await python.proxy('kind', bond, 'kind_there');
    const latin = lang === 'Perl' ? 'sub { kind_there("\\xe4") }' : 'lambda: kind_there("\\xe4")';
    expect(await bond.call(latin)).toBe('bytes');
  });

  test('is loaded as a program, with a function of the host in it, and captured', async () => {
    const bond = await open(place);
    const folder = join(temporaryDirectory(), 'Gäste');
    cpSync(FOLDER, folder, { recursive: true });
    const [file, find] = lang === 'Perl' ? ['Guestbook.pm', 'Guestbook::find'] : ['guestbook.py', 'Guestbook.find'];
    const asked: unknown[] = [];
    if (lang === 'Python') await bond.evalBlock('import sys');
    const set = lang === 'Perl' ? 'sub { @ARGV = @_; return }' : 'lambda path: sys.argv.extend([path])';
    await bond.call(set, folder);
    const load = (): Promise<unknown> =>
      bond.load(join(folder, file as string), {
        replace: {
          [find as string]: (_book: unknown, wanted: string) => {
            asked.push(wanted);
            throw new Error('ä');
          },
        },
      });
    const { stdout } = await bond.capture(() =>
      lang === 'Perl' ? load().then(() => bond.call(main, folder)) : load().catch(() => {}),
    );
    expect(asked).toEqual(['Böhm']);
    expect(stdout).toContain('<p>Ελένη (Αθήνα): Καλημέρα 😀</p>');
  });

  test('works in a pool', async () => {
    const pool = await openPool(lang, {
      size: 1,
      cmds: place.command() as string,
      text: 'bytes',
      setup: (bond) => bond.evalBlock(place.functions),
    });
    expect(await pool.call('kind', 'Größe')).toBe('octets, 7');
  });
});

describe.each(places.map((place) => ({ place, title: place.lang })))('what cannot cross in $title', ({ place }) => {
  needsProgram(place);
  const { lang } = place;

  test('is half of a surrogate pair: the error says where it sits', async () => {
    const bond = await open(place);
    for (const [given, where] of [
      ['\ud800', 'args[0]'],
      [{ 'ä b': ['x', { y: 'ö\udc00' }] }, 'args[0]["ä b"][1].y'],
      [{ '\ud800': 1 }, 'args[0]["\\ud800"]'],
      [`${'x'.repeat(300_000)}\ud800`, 'args[0]'],
      [new Map([[1, '\ud800']]), 'args[0]'],
    ] as const) {
      expect((await rejection(bond.call('same', given), SerializationException)).message).toContain(`${where}`);
    }
    expect(await bond.call('same', '\\ud800')).toBe('\\ud800');
    await bond.export(() => ['\ud800'], 'host');
    expect((await rejection(bond.call('relay', 1), SerializationException)).message).toContain('host()[0]');
    await expectAlive(bond);
  });

  test('is a key that is not UTF-8, under JSON; under EJSON, it is a key of a Map', async () => {
    const code = lang === 'Perl' ? '+{ a => { "f\\xe4" => "ä" } }' : '{"a": {"f\\xe4": "ä"}}';
    const plain = await open(place, { protocol: 'JSON' });
    const { message } = await rejection(plain.eval(code), SerializationException);
    expect(message).toContain('result.a: the key ');
    expect(message).toContain('\\xe4');
    const bond = await open(place);
    expect(await bond.eval(code)).toEqual({ a: new Map([[new Uint8Array([0x66, 0xe4]), 'ä']]) });
    expectSame(await bond.call('same', new Map([[new Uint8Array([0xe4]), 1]])), new Map([[new Uint8Array([0xe4]), 1]]));
    const twice = new Map<unknown, number>([
      [new Uint8Array([0xc3, 0xa4]), 1],
      ['ä', 2],
    ]);
    expect((await rejection(bond.call('same', twice), SerializationException)).message).toContain('are the same');
  });

  test('is two keys that are one as text', async () => {
    const bond = await open(place);
    const code = lang === 'Perl' ? '+{ "\\x{e4}\\x{20ac}" => 1, "ä€" => 2 }' : '{u"ä€": 1, "ä€": 2}';
    expect((await rejection(bond.eval(code), SerializationException)).message).toContain(
      'two of its keys are the same',
    );
  });

  test('a message that is not UTF-8 has escapes for its bytes', async () => {
    const bond = await open(place);
    const code = lang === 'Perl' ? 'die "ä f\\xe4\\n"' : 'raise ValueError("ä f\\xe4")';
    const error = await rejection(bond.evalBlock(code), RemoteException);
    expect(error.remoteMessage).toContain('ä f\\xe4');
    await expectAlive(bond);
  });
});

describe.runIf(languages.includes('Perl'))('Perl', () => {
  test('a string is what print writes of it, whatever Perl keeps it as', async () => {
    const perl = await openBond('Perl', { text: 'bytes' });
    await perl.evalBlock(`
      sub of_codes { my $text = pack 'U*', @{ $_[0] }; utf8::upgrade($text) if $_[1]; utf8::downgrade($text, 1) if !$_[1]; $text }
      sub printed { no warnings; open my $out, '>', \\my $octets; print $out of_codes(@_); close $out; [unpack 'C*', $octets] }`);
    const code = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 256, max: 0x11ffff }),
      fc.constantFrom(0xc3, 0xa4),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(code, { maxLength: 6 }), fc.boolean(), async (codes, isFlagged) => {
        const octets = Uint8Array.from(await perl.call<number[]>('printed', codes, isFlagged));
        expectSame(await perl.call('of_codes', codes, isFlagged), arrived(octets));
      }),
      effort(500),
    );
    expect(await perl.eval('my $x = "\\xc3\\xa4"; utf8::upgrade($x); [$x, { $x => 1 }]')).toEqual(['ä', { ä: 1 }]);
    expect(await perl.eval('"\\x{e4}\\x{20ac}"')).toBe('ä€');
    expect(await perl.eval('my $x = "\\xe4"; utf8::upgrade($x); $x')).toEqual(new Uint8Array([0xe4]));
  });

  test('code with use utf8 has characters, and Perl warns of them when they are printed, as ever', async () => {
    const [output, errors] = [collect(), collect()];
    const perl = await openBond('Perl', { text: 'bytes', stdout: output.stdout, stderr: errors.stdout });
    expect(await perl.eval('use utf8; length "ä€"')).toBe(2);
    await perl.evalBlock('use utf8; use warnings; print "ä€"');
    await errors.until('Wide character in print');
    expect(output.text()).toBe('ä€');
  });

  test('what is thrown crosses itself with transExcept, octets that are not UTF-8 too', async () => {
    const perl = await openBond('Perl', { text: 'bytes', transExcept: true });
    expect((await rejection(perl.evalBlock('die "ä\\n"'), RemoteException)).data).toBe('ä');
    expect((await rejection(perl.evalBlock('die "\\xe4\\n"'), RemoteException)).data).toEqual(new Uint8Array([0xe4]));
    expect((await rejection(perl.evalBlock('die { "ä" => ["ö"] }'), RemoteException)).data).toEqual({ ä: ['ö'] });
  });

  test('exiftool, which never decodes, writes and reads what is in a picture', async ({ skip }) => {
    if (spawnSync('perl', ['-MImage::ExifTool', '-e', '1']).status !== 0) {
      return missing('Perl: no exiftool; apt-get install libimage-exiftool-perl', skip);
    }
    const file = join(temporaryDirectory(), 'Größe – 5 €.png');
    writeFileSync(file, PICTURE);
    const perl = await openBond('Perl', { text: 'bytes' });
    const ExifTool = await perl.import('Image::ExifTool');
    const tool = await new ExifTool();
    await tool.SetNewValue('Title', 'Übermäßig – 5 €');
    await tool.SetNewValue('Artist', 'Łukasz 😀');
    expect(await tool.WriteInfo(file)).toBe(1);
    const info = await perl.call('Image::ExifTool::ImageInfo', file, 'Title', 'Artist', 'FileName');
    expect(info).toEqual({ Title: 'Übermäßig – 5 €', Artist: 'Łukasz 😀', FileName: 'Größe – 5 €.png' });
    const own = execFileSync('exiftool', ['-s', '-s', '-s', '-Title', file]);
    expect(String(own)).toBe('Übermäßig – 5 €\n');
  });
});

test('where it is of no use, it is refused when the bond is made, with the reason', async () => {
  const reasons = { PHP: 'are bytes', JavaScript: 'are Unicode', Python: 'Python 3 keeps text (str) and bytes apart' };
  for (const [lang, reason] of Object.entries(reasons)) {
    if (!languages.includes(lang as Language)) continue;
    const error = await rejection(openBond(lang, { text: 'bytes' }), BondException);
    expect(error.code).toBe('BOND_UNSUPPORTED');
    expect(error.message).toContain(reason);
    expect(await (await openBond(lang, { text: 'characters' })).eval('1')).toBe(1);
  }
  const wrong = openBond('JavaScript', { text: 'octets' as 'bytes' });
  expect((await rejection(wrong, BondException)).message).toContain("text must be 'characters' or 'bytes'");
});
