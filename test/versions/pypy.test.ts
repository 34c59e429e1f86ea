import { testVersion } from '../versions.js';

testVersion('PyPy');
