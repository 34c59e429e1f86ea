'use strict';
const check = require('./check.cjs');
check(require('bond')).then(() => console.log('done'));
