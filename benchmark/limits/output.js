// The limit of output: nothing else goes over the pipe.

process.stdin.setEncoding('utf8').on('data', (line) => {
  for (let i = 0; i < Number(line); i++) process.stdout.write(`${'x'.repeat(999)}\n`);
});
