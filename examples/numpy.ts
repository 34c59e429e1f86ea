/**
 * Numbers with numpy: `npx tsx examples/numpy.ts [command]`, where the command is another Python, such as
 * `'venv/bin/python'`. Typed arrays and arrays of several dimensions cross as bytes, without a
 * detour over text.
 */
import { makeBond, NDArray, RemoteException } from 'bond';

const [command] = process.argv.slice(2);
await using python = await makeBond('Python', command);
try {
  await python.evalBlock('import numpy as np');
} catch (error) {
  if (!(error instanceof RemoteException)) throw error;
  console.error(`${error.remoteMessage}: apt-get install python3-numpy, or pip install numpy`);
  process.exit(1);
}

// A typed array is an array.array there, of which numpy makes an array without a copy; what comes back is typed as well.
await python.evalBlock(`
def smooth(samples, width):
    return np.convolve(np.asarray(samples), np.ones(width) / width, mode='valid')
`);
const noisy = Float64Array.from({ length: 8 }, (_, index) => index + (index % 2));
console.log(await python.call('smooth', noisy, 2));

// What is large stays there, and only its results cross.
await using matrix = await python.hold('np.add.outer(np.arange(1000.0), np.arange(1000.0))');
console.log('sum of a million:', await python.call('float', await matrix.hold('sum')));
console.log('its shape:', await matrix.get('shape'));

// What has several dimensions is an NDArray here, and a numpy.ndarray there.
const grid = new NDArray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
console.log(await python.call('np.transpose', grid));
console.log(await python.call('np.greater', grid, 3));
const product = await python.call<NDArray>('np.matmul', grid, python.ref('np.ones((3, 2))'));
console.log(product.shape, product.data, product.tolist());
