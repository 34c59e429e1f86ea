/** A table with pandas: `npx tsx examples/table.ts [command]`. The table stays in Python; what it comes to is here. */
import { callback, kwargs, makeBond } from 'bond';

const [command] = process.argv.slice(2);
await using python = await makeBond('Python', command);
const pd = await python.import('pandas');

const sales = await pd.DataFrame({
  city: ['Rome', 'Oslo', 'Rome', 'Oslo', 'Rome'],
  price: [2.5, 3, 2.25, 3.5, 2],
  sold: [3, 5, 4, 1, 2],
});
console.log(String(sales), await sales.shape);

// A function of yours, for each item.
const euros = callback((price: number) => `${price.toFixed(2)} €`);
console.log(await sales.price.apply(euros).tolist());

const worth = await sales.assign(kwargs({ worth: sales.price.mul(sales.sold) }));
console.log(await worth.groupby('city').worth.sum().to_dict());
const best = await worth.sort_values('worth', kwargs({ ascending: false })).head(2);
for await (const city of best.city) console.log('best:', city);
