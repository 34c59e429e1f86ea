/**
 * An interpreter on another host: `npx tsx examples/ssh.ts host [lang]`. Nothing is installed there: the host needs the
 * interpreter, and a key or an agent has to let you in. The host may be any arguments of `ssh`: `'-p 2222 me@host'`.
 */
import { makeBond, queryDriver } from 'bond';

const [host, lang = 'Python'] = process.argv.slice(2);
if (!host) {
  console.error('usage: npx tsx examples/ssh.ts host [lang]');
  process.exit(2);
}

const HOST_NAME: Record<string, string> = {
  JavaScript: 'require("os").hostname()',
  PHP: 'gethostname()',
  Perl: 'do { require Sys::Hostname; Sys::Hostname::hostname() }',
  Python: '__import__("socket").gethostname()',
};

const interpreter = lang === 'JavaScript' ? 'node' : queryDriver(lang).commands[0];
await using bond = await makeBond(lang, `ssh ${host} ${interpreter}`);
console.log(`${lang} runs on`, await bond.eval(HOST_NAME[lang] ?? '""'));

// It can call functions of this program, over the same connection.
await bond.export((text: string) => text.toUpperCase(), 'shout');
console.log(await bond.eval('shout("and calls back")'));
