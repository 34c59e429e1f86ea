/** PHP calls TypeScript in the middle of being called: `npx tsx examples/call-back.ts`. */
import { callback, makeBond } from 'bond';

await using php = await makeBond('PHP');

// An exported function is a function of PHP like any other. It may be async: PHP waits for it.
await php.export(async function price_of(article: string) {
  const letters = await php.call<number>('strlen', article); // runs in PHP, inside of the wait
  return letters * 1.5;
});
await php.evalBlock(`
  function bill(array $articles) {
    foreach ($articles as $article) printf("%-8s %6.2f\\n", $article, price_of($article));
    return array_sum(array_map('price_of', $articles));
  }`);
console.log('sum:', await php.call('bill', ['tea', 'biscuits']));

// A function as an argument, without a name there: `callback` wraps it.
const byLength = callback((a: string, b: string) => a.length - b.length);
await php.evalBlock('$words = ["three", "a", "to"];');
await php.call('usort', php.ref('$words'), byLength); // a reference, so that PHP sorts its own variable
console.log(await php.eval('$words'));

// What a function throws here is an exception there, and comes back as it was if nobody catches it.
const sold = new Error('sold out');
await php.export(() => {
  throw sold;
}, 'reserve');
await php.evalBlock('try { reserve("tea"); } catch (Exception $e) { echo "PHP caught: ", $e->getMessage(), "\\n"; }');
await php.eval('reserve("tea")').catch((error) => console.log('the same error:', error.cause === sold));
