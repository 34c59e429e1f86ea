/**
 * Values by consent: `npx tsx examples/report.ts [command]`. A table of pandas, read from SQLite, has dates without a time zone, exact
 * decimals and gaps. None of them has a word that is certainly right, so each is an error until you say what it is to be.
 */
import { makeBond, presets, SerializationException } from 'bond';

const [command] = process.argv.slice(2);
const program = `
import sqlite3
from decimal import Decimal
import pandas as pd

db = sqlite3.connect(':memory:')
db.execute('CREATE TABLE orders (customer TEXT, price TEXT, ordered TEXT, sent TEXT)')
db.executemany('INSERT INTO orders VALUES (?, ?, ?, ?)', [
    ('Ann', '19.90', '2024-02-28 09:30:00', '2024-02-29 16:00:00'),
    ('Ben', '0.10', '2024-02-29 23:59:59.250', None),
    ('Ann', '0.20', '2024-03-01 08:00:00', '2024-03-01 12:00:00'),
])

def orders():
    table = pd.read_sql('SELECT * FROM orders', db)
    for name in ('ordered', 'sent'):
        table[name] = table[name].map(pd.Timestamp)
    table['price'] = table.price.map(Decimal)
    return table

def spent():
    return orders().groupby('customer').price.sum().to_dict()
`;

interface Order {
  readonly customer: string;
  /** As text, because a number would not be exact. */
  readonly price: string;
  readonly ordered: Date;
  readonly sent: Date | null;
}

// Without consent, nothing changes: the error says where it sits, and what would convert it.
await using strict = await makeBond('Python', command);
await strict.evalBlock(program);
await strict.call("lambda: orders().to_dict('records')").catch((error: unknown) => {
  if (error instanceof SerializationException) console.log(error.message.slice(error.message.indexOf('result')));
});

// Dates of this database are meant in UTC, decimals become text, a table the list of its rows, and a gap null.
const { dates, numbers, pandas } = presets.Python;
const convert = { ...dates({ naive: 'utc' }), ...numbers(), ...pandas({ frames: 'records' }) };
await using python = await makeBond('Python', command, [], { convert });
await python.evalBlock(program);

for (const { customer, price, ordered, sent } of await python.call<Order[]>('orders')) {
  const days = sent && Math.ceil((sent.getTime() - ordered.getTime()) / 86_400_000);
  console.log(
    customer,
    price.padStart(6),
    ordered.toISOString(),
    days === null ? 'waits' : `sent within ${days} day(s)`,
  );
}
console.log(await python.call('spent'));
