import { describe } from 'vitest';
import { COMMANDS } from './bonds.js';
import { languages, needsInterpreter, suiteLanguages } from './fixtures.js';
import { testFeatures, testLanguage } from './suite.js';

/** Languages that have a file of their own with as much as a check needs, and the suite at a release. */
const AT_A_RELEASE: readonly string[] = ['Lua', 'R'];
const shown = suiteLanguages.filter((lang) => !AT_A_RELEASE.includes(lang) || process.env.RELEASE || process.env.ONLY);

describe.each(shown)('%s', (lang) => {
  needsInterpreter(lang);
  // What is of the host only is shown with the first of them.
  const extent = lang === languages[0] ? 'whole' : 'other';
  const suite = { lang, find: () => COMMANDS[lang], isShared: true, isInKit: true, extent } as const;
  testLanguage(suite);
  testFeatures(suite);
});

describe.runIf(languages.includes('JavaScript'))('JavaScript under JSON', () => {
  testLanguage({
    lang: 'JavaScript',
    find: () => COMMANDS.JavaScript,
    defaults: { protocol: 'JSON' },
    isShared: true,
    extent: 'version',
  });
});
