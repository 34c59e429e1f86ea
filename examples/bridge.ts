/** PHP calls Python, and neither knows of the other: `npx tsx examples/bridge.ts`. */
import { makeBond } from 'bond';

await using php = await makeBond('PHP');
await using python = await makeBond('Python');

await python.evalBlock(`
import statistics

def spread(numbers):
    print('Python counts', len(numbers), 'numbers')
    return {'mean': statistics.mean(numbers), 'median': statistics.median(numbers)}
`);

// From here on, `spread` is a function of PHP. It still runs in Python: this program passes calls and results on.
await python.proxy('spread', php);

await php.evalBlock(`
  $result = spread([1, 2, 2, 7]);
  echo "PHP got a mean of $result[mean] and a median of $result[median]\\n";`);

// What Python throws is an exception of PHP.
await php.evalBlock(`
  try {
    spread([]);
  } catch (Exception $error) {
    echo "PHP caught: $error->type, {$error->getMessage()}\\n";
  }`);
