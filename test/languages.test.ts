import { describe } from 'vitest';
import { COMMANDS } from './bonds.js';
import { languages, needsInterpreter } from './fixtures.js';
import { testFeatures, testLanguage } from './suite.js';

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const suite = { lang, find: () => COMMANDS[lang] };
  testLanguage(suite);
  testFeatures(suite);
});

describe('JavaScript under JSON', () => {
  testLanguage({ lang: 'JavaScript', find: () => COMMANDS.JavaScript, defaults: { protocol: 'JSON' } });
});
