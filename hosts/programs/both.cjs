'use strict';
// Both kinds of module in one program have the same classes.
const assert = require('node:assert/strict');
const check = require('./check.cjs');
const required = require('bond');
import('bond').then(async (imported) => {
  assert.equal(imported.BondException, required.BondException);
  await check({ ...required, makeBond: imported.makeBond }, require('bond/sync'));
  console.log('done');
});
