/** A page by Perl's Template, which asks the DBI for its rows, and TypeScript for its prices: `npx tsx examples/page.ts [command]`. */
import { callback, makeBond } from 'bond';

const PAGE = `[% title %]
[% FOREACH row IN db.selectall_arrayref('SELECT name, cents FROM things ORDER BY cents') -%]
  [% row.0 %]: [% price(row.1) %]
[% END -%]
`;

const [command] = process.argv.slice(2);
await using perl = await makeBond('Perl', command);
const DBI = await perl.import('DBI');
const db = await DBI['->connect']('dbi:SQLite:dbname=:memory:', '', '', { RaiseError: 1 });
await db.do('CREATE TABLE things (name TEXT, cents INTEGER)');
const insert = await db.prepare('INSERT INTO things VALUES (?, ?)');
await insert.execute('tea', 450);
await insert.execute('biscuits', 299);

const Template = await perl.import('Template');
const source = await perl.hold('sub { my ($text) = @_; \\$text }', PAGE); // a text that is no name of a file
const write = callback((text: string) => void process.stdout.write(text));
const price = callback((cents: number) => `${(cents / 100).toFixed(2)} €`);
const template = await new Template();
const isDone = await template.process(source, { title: 'What there is', db, price }, write);
if (!isDone) console.error(await template.error().as_string());
