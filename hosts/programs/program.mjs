import * as bond from 'bond';
import * as sync from 'bond/sync';
import check from './check.cjs';

await check(bond, sync);
console.log('done');
