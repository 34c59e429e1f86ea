// A TypeScript file of a CommonJS project.
import * as bond from 'bond';
import * as sync from 'bond/sync';
import check from './check.cjs';

check(bond, sync).then(() => console.log('done'));
