'use strict';
const check = require('./check.cjs');
check(require('bond'), require('bond/sync')).then(() => console.log('done'));
