import { testVersion } from '../versions.js';

testVersion('Python 3.8');
