/** An old Perl program that never decodes its text: `npx tsx examples/guestbook.ts`. Its bytes are strings here. */
import { makeBond, RemoteException } from 'bond';

await using perl = await makeBond('Perl', { text: 'bytes', cwd: 'examples' });
await perl.evalBlock('require "./guestbook.pl";');

// What it prints, and what the database keeps, are the bytes that it always had.
await perl.call('add', 'Jürgen Müßig', 'Köln');
await perl.call('add', 'Łukasz Żak', 'Łódź');
for (const { name, city } of await perl.call<{ name: string; city: string }[]>('guests'))
  console.log(`${name}: ${city}`);

// A first function is written anew, and knows what a euro sign is.
await perl.export((euros: number) => `${euros} €`, 'price');
console.log(await perl.call('letter', 'Jürgen Müßig'));
const greetings = await perl.eval<Record<string, string>>('\\%greetings');
console.log(greetings.Łódź);

try {
  await perl.call('letter', 'Zoë');
} catch (error) {
  if (!(error instanceof RemoteException)) throw error;
  console.log(error.remoteMessage);
}

// An entry in Latin-1 is what it is: bytes.
console.log(await perl.eval('"J\\xfcrgen"'));
