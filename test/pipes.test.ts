import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { PACKAGE } from './bonds.js';
import { collect, languages, needsInterpreter, openBond } from './fixtures.js';

const isLinux = process.platform === 'linux';

describe.runIf(isLinux).each(languages)('%s', (lang) => {
  needsInterpreter(lang);

  const echo = {
    PHP: 'function echoed($text) { return $text; }',
    Perl: 'sub echoed { $_[0] }',
    Python: 'def echoed(text):\n    return text',
    JavaScript: 'function echoed(text) { return text }',
  }[lang];
  const printThere = {
    // PHP itself looks for a file of the name that the link shows.
    PHP: (text: string) => `shell_exec('printf "${text}" > /proc/' . getmypid() . '/fd/1');`,
    Perl: (text: string) => `open(my $there, '>', '/dev/stdout') or die $!; print $there '${text}'; close $there`,
    Python: (text: string) => `open('/dev/stdout', 'w').write('${text}')`,
    JavaScript: (text: string) => `require('fs').writeFileSync('/dev/stdout', '${text}')`,
  }[lang];

  test('has pipes, which can be opened by their name', async () => {
    const output = collect();
    const bond = await openBond(lang, undefined, [], { stdout: output.stdout });
    await bond.evalBlock(printThere('by name'));
    expect(await bond.eval('1')).toBe(1);
    expect(output.text()).toBe('by name');
  });

  test.each([[], ['sh', '-c', 'exec 3<&-; exec "$@"', 'sh']])(
    'long messages keep their place and their bytes, with and without a way of their own (%s)',
    async (...through) => {
      const command = { PHP: 'php', Perl: 'perl', Python: 'python3', JavaScript: process.execPath }[lang];
      const bond = await openBond(lang, through.length > 0 ? [...through, command] : undefined, [], {
        stdout: 'ignore',
      });
      await bond.evalBlock(echo);
      const lengths = [4000, 4060, 4070, 4080, 4090, 4100, 8200, 33_000, 70_000, 300_000, 1];
      const texts = [...lengths, ...lengths].map((length, index) =>
        `${index}${['x', 'é', '😀'][index % 3]}`.repeat(length / 2),
      );
      expect(await Promise.all(texts.map((text) => bond.call('echoed', text)))).toEqual(texts);
    },
  );

  test('what a background process prints meanwhile is output, and never part of a long message', async () => {
    const output = collect();
    const bond = await openBond(lang, undefined, [], { stdout: output.stdout });
    await bond.evalBlock(echo);
    const noise = 'for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.01; done';
    await bond.evalBlock(
      {
        PHP: `exec('(${noise}) 2>/dev/null > /proc/' . getmypid() . '/fd/1 &');`,
        Perl: `system('(${noise}) &')`,
        Python: `import subprocess\nsubprocess.Popen(['sh', '-c', '${noise}'])`,
        JavaScript: `require('child_process').spawn('sh', ['-c', '${noise}'], { stdio: 'inherit' })`,
      }[lang],
    );
    const text = 'long '.repeat(400_000);
    for (let count = 0; count < 5 || !output.text().endsWith('10\n'); count++) {
      expect((await bond.call('echoed', text)) === text).toBe(true);
    }
    expect(output.text()).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n');
  });
});

/** Runs a host's program, which has `makeBond` and `queryDriver` at hand; resolves to what it prints. */
async function printedBy(before: string, code: string, wrap: readonly string[] = []): Promise<string> {
  const program = `${before}
    require('node:module').syncBuiltinESMExports();
    import('${PACKAGE}').then(async ({ makeBond, queryDriver }) => { ${code} });`;
  const line = [...wrap, process.execPath, '-e', program];
  const child = spawn(line[0] as string, line.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = collect();
  child.stdout.on('data', output.stdout);
  await once(child, 'close');
  return output.text();
}

const TELL = `
  const bond = await makeBond('Perl');
  console.log(await bond.eval('(-S STDOUT ? "a socket" : -p STDOUT ? "a pipe" : "none") . " " . "x" x 3'), (await bond.eval('"y" x 100_000')).length);
  await bond.close();`;

describe.runIf(isLinux)('a host', () => {
  needsInterpreter('Perl');

  test('that has no /proc of its own process leaves it at sockets', async () => {
    const before = `require('node:fs').readlinkSync = () => '1';`;
    expect(await printedBy(before, TELL)).toBe('a socket xxx 100000\n');
  });

  test('that has no shell does so as well', async () => {
    const before = `
      const processes = require('node:child_process');
      const { spawn } = processes;
      processes.spawn = (program, ...rest) => spawn(program === '/bin/sh' ? '/bin/none' : program, ...rest);`;
    expect(await printedBy(before, TELL)).toBe('a socket xxx 100000\n');
  });

  test('whose shell ends when it is asked for pipes asks no other, and goes on being watched', async () => {
    const before = `
      const processes = require('node:child_process');
      const { spawn } = processes;
      let shells = 0;
      processes.spawn = (program, args, options) => {
        const isShell = program === '/bin/sh';
        if (isShell) shells++;
        return spawn(program, isShell ? ['-c', args[1].replace('exec 5<<', 'exit 2; exec 5<<')] : args, options);
      };`;
    const code = `const first = await makeBond('Perl'); ${TELL} console.log(shells); await first.close();`;
    expect(await printedBy(before, code)).toBe('a socket xxx 100000\n2\n');
  });

  test('that has no descriptors left says so, and goes on when it has some', async () => {
    const code = `
      const { closeSync, openSync } = require('node:fs');
      queryDriver('Perl'); // which takes a descriptor
      const opened = [];
      try { for (;;) opened.push(openSync('/dev/null')); } catch {}
      console.log(await makeBond('Perl').catch((error) => error.message));
      for (const fd of opened) closeSync(fd);
      ${TELL}`;
    const printed = await printedBy('', code, ['sh', '-c', 'ulimit -n 200; exec "$@"', 'sh']);
    expect(printed).toMatch(/cannot start its interpreter; tried: perl \(too many open files.*\na pipe xxx 100000\n$/);
  });
});
