import * as bond from 'bond';
import check from './check.cjs';

check(bond).then(() => console.log('done'));
