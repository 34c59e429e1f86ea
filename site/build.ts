// Makes the site: npm run site. `--serve` shows it, and follows changes of the theme.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writePages } from './pages.js';

const SITE = fileURLToPath(new URL('.', import.meta.url));

console.log(`${writePages().length} pages`);
const command = process.argv.includes('--serve') ? 'dev' : 'build';
execFileSync('node_modules/.bin/vitepress', [command, '.'], { cwd: SITE, stdio: 'inherit' });
