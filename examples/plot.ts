/**
 * A plot, drawn by matplotlib: `npx tsx examples/plot.ts [file.png] [command]`. What is computed stays in Python; each `await` is one
 * request.
 */
import { kwargs, makeBond } from 'bond';

const [file = 'sines.png', command] = process.argv.slice(2);
await using python = await makeBond('Python', command);
const matplotlib = await python.import('matplotlib');
await matplotlib.use('Agg'); // without a window
const plt = await python.import('matplotlib.pyplot');
const np = await python.import('numpy');

// Not awaited, it is an expression, which is evaluated where it is used.
const x = np.linspace(0, 2 * Math.PI, 200);
const [figure, axes] = await plt.subplots();
for (const n of [1, 2, 3]) await axes.plot(x, np.sin(np.multiply(n, x)), kwargs({ label: `sin ${n}x` }));
await axes.set(kwargs({ title: 'Three sines', xlabel: 'x' }));
await axes.legend();
await figure.savefig(file);
console.log(`${file}: ${await axes.lines.__len__()} lines, ${await x.size} points each`);
