/**
 * The program `semver` of the npm package of that name, which sorts and selects versions, runs unchanged, except that one function of its
 * modules is TypeScript:
 *
 *     npx tsx examples/migrate-javascript.ts 1.0.0 1.0.0-rc.2 1.0.0-rc.10      # instead of: npx semver 1.0.0 1.0.0-rc.2 1.0.0-rc.10
 */
import { makeBond } from 'bond';

let compared = 0;

/** Compares two parts of what stands behind the hyphen of a version. Numbers come before words. */
function compareIdentifiers(one: string | number, other: string | number) {
  compared++;
  const [isNumber, isOtherNumber] = [one, other].map((part) => /^[0-9]+$/.test(String(part)));
  if (isNumber && isOtherNumber) return Math.sign(Number(one) - Number(other));
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return one === other ? 0 : one < other ? -1 : 1;
}

// Everything after `--` is for the program: it is process.argv there.
await using js = await makeBond('JavaScript', 'node', ['--', ...process.argv.slice(2)]);
await js.load('node_modules/semver/bin/semver.js', {
  // Files in node_modules are looked into where their name is given.
  replace: { 'semver/internal/identifiers.js:compareIdentifiers': compareIdentifiers },
});
console.error(`TypeScript compared ${compared} parts.`);
