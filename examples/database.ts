/** A database, by Perl's DBI: `npx tsx examples/database.ts [file]`. Statements stay in Perl, rows arrive. */
import { makeBond, RemoteException } from 'bond';

const [file = ':memory:'] = process.argv.slice(2);
await using perl = await makeBond('Perl');
const DBI = await perl.import('DBI');
const db = await DBI['->connect'](`dbi:SQLite:dbname=${file}`, '', '', { RaiseError: 1, PrintError: 0 });

await db.do('CREATE TABLE IF NOT EXISTS people (name TEXT, age INTEGER)');
const insert = await db.prepare('INSERT INTO people VALUES (?, ?)');
for (const [name, age] of [
  ['Ann', 30],
  ['Bo', 25],
]) {
  await insert.execute(name, age);
}
console.log(await db.selectall_arrayref('SELECT name, age FROM people ORDER BY age'));

const query = await db.prepare('SELECT name, age FROM people WHERE age > ?');
await query.execute(26);
const { name, age } = await query.fetchrow_hashref();
await query.finish();
console.log(`${name} is ${age}`);

try {
  await db.do('SELECT nothing FROM people');
} catch (error) {
  if (!(error instanceof RemoteException)) throw error;
  console.log(error.remoteMessage.split(' at ')[0]);
}
await db.disconnect();
