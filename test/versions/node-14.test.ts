import { testVersion } from '../versions.js';

testVersion('Node 14');
