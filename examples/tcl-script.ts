/** A Tcl script keeps its procedures, and gets types for their results; one is replaced by a function of yours: `npx tsx examples/tcl-script.ts` */
import { makeBond } from 'bond';

const SCRIPT = `
  proc rate currency {
    # Once read from a file that is not there any more.
    error "no rates"
  }
  proc order {id lines} {
    set total 0
    foreach {article price} $lines {set total [expr {$total + $price * [rate EUR]}]}
    return [dict create id $id total $total articles [lmap {article price} $lines {set article}]]
  }
`;

await using tcl = await makeBond('Tcl');
await tcl.evalBlock(SCRIPT);
console.log('as text:', await tcl.call('order', 7, []));

await tcl.evalBlock('_BOND_declare order {record {id int total number articles {list text}}}');
await tcl.export((currency: string) => (currency === 'EUR' ? 1.5 : 1), 'rate');
console.log('with types:', await tcl.call('order', 7, ['lamp', 20, 'table', 100.5]));
