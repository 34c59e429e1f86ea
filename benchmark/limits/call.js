// The limit: one line a call, one line an answer, and nothing else.

const functions = {
  add: (a, b) => a + b,
  same: (value) => value,
};

let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  let start = 0;
  for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
    const [name, args] = JSON.parse(rest + chunk.slice(start, end));
    rest = '';
    start = end + 1;
    process.stdout.write(`${JSON.stringify(functions[name](...args))}\n`);
  }
  rest += chunk.slice(start);
});
