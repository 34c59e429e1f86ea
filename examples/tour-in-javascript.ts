/** Steps of the tour in JavaScript alone, for a machine on which their own language is missing. */
import { makeBond } from 'bond';

export async function helloWorldInJavaScript() {
  await using js = await makeBond('JavaScript');
  await js.evalBlock('console.log("Hello world!")');
}

export async function splitInJavaScript() {
  await using js = await makeBond('JavaScript');
  const split = js.callable<(text: string) => string[]>('(text) => text.split(" ")');
  console.log(await split('Hello world, split by JavaScript!'));
}

export async function callMeInJavaScript() {
  await using js = await makeBond('JavaScript');
  await js.export(async function callMe(name: string) {
    return `Hi ${name}, this is TypeScript talking, after ${await js.call('(text) => text.length', name)} letters`;
  });
  await js.evalBlock('console.log(callMe("JS"))');
}

export async function bridgeTwoWorldsInJavaScript() {
  await using one = await makeBond('JavaScript');
  await using other = await makeBond('JavaScript');
  await one.evalBlock('function explode(separator, text) { return text.split(separator); }');
  await one.proxy('explode', other);
  // explode is now there for the other process, and still runs in the first.
  console.log(await other.eval('explode("=", "Mind=blown!")'));
}

export async function migrateInJavaScript() {
  await using js = await makeBond('JavaScript');
  await js.evalBlock(`
    function withTax(net) { return net * 1.19; }
    function main(args) { for (const net of args) console.log(net, 'net,', withTax(net), 'with tax'); }`);
  // The function that is rewritten first; the rest of the program does not notice.
  await js.export((net: number) => Math.round(net * 120) / 100, 'withTax');
  await js.call('main', [20, 99.9]);
}

export async function produceAndConsumeInJavaScript() {
  await using one = await makeBond('JavaScript');
  await using other = await makeBond('JavaScript');
  await one.evalBlock('function consumer(name, size) { console.log("got", name + ",", size, "letters long"); }');
  await other.evalBlock('function producer() { for (const name of ["ant", "bee"]) consumer(name, name.length); }');
  await one.proxy('consumer', other);
  await other.call('producer');
}

export async function referInJavaScript() {
  await using js = await makeBond('JavaScript');
  await js.evalBlock('const out = process.stdout;');
  // A stream cannot leave its process. A reference to it can be an argument.
  await js.call('(stream, text) => stream.write(text)', js.ref('out'), 'Written over there.\n');
}

export async function failInJavaScript() {
  await using js = await makeBond('JavaScript');
  const ask = () => {
    throw new RangeError('no such luck');
  };
  await js.export(ask);
  await js.evalBlock('try { ask(); } catch (error) { console.log("JavaScript caught:", error.message); }');
  await js.eval('nothing.at.all').catch((error) => console.log(error.message));
}

export async function separatePrivilegesInJavaScript(command: string) {
  await using js = await makeBond('JavaScript', command, [], { protocol: 'JSON', cwd: '/' });
  console.log('JavaScript runs as', await js.eval('require("os").userInfo().username'));
  await js.call('require("fs").readFileSync', '/etc/shadow', 'utf8').catch((error) => console.log(error.message));
}

export async function computeInParallelInJavaScript() {
  const nodes = await Promise.all([1, 2, 3].map(() => makeBond('JavaScript')));
  await Promise.all(
    nodes.map((node) => node.evalBlock('function work(n) { let s = 0; while (n > 0) s += --n; return s; }')),
  );
  console.log(await Promise.all(nodes.map((node, index) => node.call('work', 10 ** (index + 4)))));
  console.log('in', new Set(await Promise.all(nodes.map((node) => node.eval('process.pid')))).size, 'processes');
  for (const node of nodes) await node.close();
}

export async function callRemotelyInJavaScript(command: string) {
  await using js = await makeBond('JavaScript', command, ['--', 'to the letter: $HOME "*" ']);
  console.log(await js.eval('"Hi from " + require("os").hostname() + ", by ssh"'));
  console.log(await js.eval('process.argv.at(-1)'));
}
