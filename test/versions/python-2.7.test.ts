import { testVersion } from '../versions.js';

testVersion('Python 2.7');
