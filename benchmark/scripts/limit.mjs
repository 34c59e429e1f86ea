// A script that asks another language once, by hand: a pipe each way, and a line of JSON.

import { strictEqual } from 'node:assert';
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
child.stdin.end(`${JSON.stringify(['add', [1, 2]])}\n`);
let text = '';
for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
strictEqual(JSON.parse(text), 3);
