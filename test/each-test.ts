// Loaded before each file of tests.

import { aroundEach } from 'vitest';
import { running } from './finish.js';

aroundEach((runTest, context) => running.run(context, runTest));
