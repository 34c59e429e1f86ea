// Whether a tag may be published: it is the version of the package, and NEWS.md says what is new in it.

import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const tag = process.env.GITHUB_REF_NAME ?? process.argv[2];
const problems: string[] = [];
if (tag !== `v${version}`) problems.push(`the tag is ${tag}, but package.json has version ${version}`);
if (!read('NEWS.md').includes(`## ${version}\n`)) problems.push(`NEWS.md has no section for ${version}`);
if (JSON.parse(read('package-lock.json')).version !== version) problems.push('package-lock.json has another version');
for (const problem of problems) console.error(`release: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
