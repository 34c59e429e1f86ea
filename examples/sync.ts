// A template whose values come from Perl and PHP, without a promise anywhere.

import { makeBond } from 'bond/sync';

const perl = makeBond('Perl');
const php = makeBond('PHP');

/** A product whose price PHP knows. */
class Product {
  constructor(
    readonly name: string,
    readonly cents: number,
  ) {}

  /** A getter cannot await anything. */
  get price(): string {
    return php.call<string>('number_format', this.cents / 100, 2, ',', '.');
  }
}

perl.export((cents: number) => new Product('', cents).price, 'price_of');
perl.evalBlock('sub label { my ($name, $cents) = @_; return sprintf "%-6s %9s", $name, price_of($cents) }');

for (const product of [new Product('pear', 125), new Product('yacht', 123456789)]) {
  console.log(perl.call('label', product.name, product.cents));
}
perl.close();
php.close();
