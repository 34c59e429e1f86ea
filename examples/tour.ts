/**
 * A tour of what `bond` does, on the interpreters of this machine: `npm start`. Every step shows its own source, as it
 * stands below, and then what it prints. Where a language is missing, its step is played in JavaScript instead.
 */
import { makeBond, type RemoteException, type SerializationException } from 'bond';
import {
  bridgeTwoWorldsInJavaScript,
  callMeInJavaScript,
  callRemotelyInJavaScript,
  computeInParallelInJavaScript,
  failInJavaScript,
  helloWorldInJavaScript,
  migrateInJavaScript,
  produceAndConsumeInJavaScript,
  referInJavaScript,
  separatePrivilegesInJavaScript,
  splitInJavaScript,
} from './tour-in-javascript.js';
import { play } from './tour-player.js';
import { findGenerations, startRemotely, startUnprivileged } from './tour-surroundings.js';

async function helloWorld() {
  await using php = await makeBond('PHP');
  await php.evalBlock('echo "Hello world!\n";');
}

async function explode() {
  await using php = await makeBond('PHP');
  const split = php.callable<(separator: string, text: string) => string[]>('explode');
  console.log(await split(' ', 'Hello world, split by PHP!'));
}

async function callMe() {
  await using php = await makeBond('PHP');
  await php.export(async function call_me(name: string) {
    return `Hi ${name}, this is TypeScript talking, after ${await php.call('strlen', name)} letters`;
  });
  await php.evalBlock('echo call_me("PHP"), "!\n";');
}

async function bridgeTwoWorlds() {
  await using php = await makeBond('PHP');
  await using perl = await makeBond('Perl');
  await php.proxy('explode', perl);
  // explode is now there for Perl, and still runs in PHP.
  console.log(await perl.eval('explode("=", "Mind=blown!")'));
}

async function migrate() {
  await using php = await makeBond('PHP', { cwd: import.meta.dirname });
  // The function that is rewritten first: from 19 % to 20 %. The rest of the program does not notice.
  await php.export((net: number) => Math.round(net * 120) / 100, 'with_tax');
  await php.evalBlock('require "invoice.php";');
  await php.call('main', ['invoice.php', '20', '99.90']);
}

async function produceAndConsume() {
  await using perl = await makeBond('Perl');
  await using python = await makeBond('Python');
  await python.evalBlock(`
    def consumer(name, size):
        print("Python got %s, %d letters long" % (name, size))`);
  await perl.evalBlock('sub producer { consumer($_, length) for qw(ant bee cricket) }');
  await python.proxy('consumer', perl);
  await perl.call('producer');
}

async function refer() {
  await using perl = await makeBond('Perl');
  await perl.evalBlock('open($out, ">&", \\*STDOUT);');
  // A file handle cannot leave Perl. A reference to it can be an argument.
  console.log(await perl.call('syswrite', perl.ref('$out'), 'Written by Perl.\n'), 'bytes');
}

async function fail() {
  await using python = await makeBond('Python');
  const ask = () => {
    throw new RangeError('no such luck');
  };
  await python.export(ask);
  await python.evalBlock(`
    try:
        ask()
    except Exception as error:
        print("Python caught: %s" % error)`);
  await python.eval('1 / 0').catch((error: RemoteException) => console.log(error.name, error.type, error.data));
}

async function separatePrivileges(command: string) {
  await using python = await makeBond('Python', command, [], { protocol: 'JSON', cwd: '/' });
  await python.evalBlock('import getpass; decode_file = lambda path: len(open(path).read())');
  console.log('Python runs as', await python.eval('getpass.getuser()'));
  console.log(await python.call('decode_file', '/etc/passwd'), 'letters in /etc/passwd');
  await python.call('decode_file', '/etc/shadow').catch((error) => console.log(error.message));
}

async function mixGenerations([older, newer]: string[]) {
  await using legacy = await makeBond('Python', older);
  await using modern = await makeBond('Python', newer);
  await legacy.evalBlock('import sys; shout = lambda text: text.upper() + u"!"');
  await legacy.proxy('shout', modern);
  console.log(await modern.eval('shout("héllo")'));
  await legacy.evalBlock('print("This is Python " + sys.version[:6])');
  await modern.evalBlock('import sys; print("This is Python " + sys.version[:6])');
}

async function computeInParallel() {
  const nodes = await Promise.all([1, 2, 3].map(() => makeBond('Python')));
  await Promise.all(nodes.map((node) => node.evalBlock('from os import getpid; work = lambda n: sum(range(n))')));
  console.log(await Promise.all(nodes.map((node, index) => node.call('work', 10 ** (index + 4)))));
  console.log('in', new Set(await Promise.all(nodes.map((node) => node.eval('getpid()')))).size, 'processes');
  for (const node of nodes) await node.close();
}

async function shareEverything() {
  await using js = await makeBond('JavaScript');
  await js.evalBlock('const seen = new Map(); function note(what, when) { return seen.set(what, when); }');
  console.log(await js.call('note', new Set(['a', 2n ** 64n]), new Date(0)));
  // Plain JSON has no word for these: then it is an error that says where, and never a `{}`.
  await using json = await makeBond('JavaScript', { protocol: 'JSON' });
  await json.call('String', { seen: [new Set()] }).catch((error: SerializationException) => console.log(error.message));
}

async function callRemotely(command: string) {
  await using php = await makeBond('PHP', command, ['--', 'to the letter: $HOME "*" ']);
  await php.evalBlock('function call_me() { return "Hi from " . gethostname() . ", by ssh"; }');
  console.log(await php.call('call_me'));
  console.log(await php.eval('$argv[1]'));
}

await play([
  { title: 'Hello world', steps: [helloWorld, helloWorldInJavaScript], needs: ['PHP'] },
  { title: 'A function of PHP, as if it were a local one', steps: [explode, splitInJavaScript], needs: ['PHP'] },
  { title: 'Call TypeScript from PHP, which calls PHP', steps: [callMe, callMeInJavaScript], needs: ['PHP'] },
  { title: 'Bridge two worlds', steps: [bridgeTwoWorlds, bridgeTwoWorldsInJavaScript], needs: ['PHP', 'Perl'] },
  { title: 'Migrate a program, one function at a time', steps: [migrate, migrateInJavaScript], needs: ['PHP'] },
  {
    title: 'A producer and a consumer that do not know of each other',
    steps: [produceAndConsume, produceAndConsumeInJavaScript],
    needs: ['Perl', 'Python'],
  },
  { title: 'What cannot cross can be referred to', steps: [refer, referInJavaScript], needs: ['Perl'] },
  { title: 'Exceptions, both ways', steps: [fail, failInJavaScript], needs: ['Python'] },
  {
    title: 'Separate privileges',
    steps: [separatePrivileges, separatePrivilegesInJavaScript],
    needs: ['Python'],
    surroundings: startUnprivileged,
  },
  { title: 'Mix generations of Python', steps: [mixGenerations], needs: ['Python'], surroundings: findGenerations },
  { title: 'Compute in parallel', steps: [computeInParallel, computeInParallelInJavaScript], needs: ['Python'] },
  { title: 'JavaScript to JavaScript: everything crosses', steps: [shareEverything], needs: [] },
  {
    title: 'A remote bond, with nothing installed there',
    steps: [callRemotely, callRemotelyInJavaScript],
    needs: ['PHP'],
    surroundings: startRemotely,
  },
]);
