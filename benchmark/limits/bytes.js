// The limit of bytes: a line with their number, all of them read, and all of them written.

import { readSync, writeSync } from 'node:fs';

const head = Buffer.alloc(1);

function readLine() {
  let line = '';
  while (readSync(0, head) > 0 && head[0] !== 10) line += head.toString('latin1');
  return line;
}

for (let line = readLine(); line !== ''; line = readLine()) {
  const data = Buffer.allocUnsafe(Number(line));
  for (let done = 0; done < data.length; ) done += readSync(0, data, done, data.length - done);
  for (let done = 0; done < data.length; ) done += writeSync(1, data, done, data.length - done);
}
