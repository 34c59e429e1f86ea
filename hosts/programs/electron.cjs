'use strict';
// What Electron says of itself, in front of the program.
Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '40.0.0' } });
require('./program.cjs');
