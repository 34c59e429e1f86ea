import { describe } from 'vitest';
import { COMMANDS } from './bonds.js';
import { languages, needsInterpreter, suiteLanguages } from './fixtures.js';
import { testFeatures, testLanguage } from './suite.js';

describe.each(suiteLanguages)('%s', (lang) => {
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
    extent: 'other',
  });
});
