/**
 * A program that uses Roundcube's library, of Debian's `roundcube-core`, runs with a function and a method of that library in TypeScript:
 *
 *     npx tsx examples/migrate-php-library.ts examples/order.html      # instead of: php examples/mails.php examples/order.html
 *
 * No line of the program or of the library is edited. Each replacement is called with the arguments of what it replaces, a method with
 * its object in front of them.
 */
import { type AnyRemote, makeBond } from 'bond';

const calls = { abbreviated: 0, linked: 0 };

/** Leaves out the middle of a text that is too long. PHP counts characters, not units of UTF-16. */
function abbreviate(text: string, length: number, placeholder = '...') {
  calls.abbreviated++;
  const characters = [...text];
  if (characters.length <= length) return text;
  const before = Math.floor((length - placeholder.length) / 2);
  const after = length - placeholder.length - before;
  return characters.slice(0, before).join('') + placeholder + characters.slice(-after).join('');
}

/** The text of a link. The original stays callable, so that the two can be compared. */
async function link(converter: AnyRemote, url: string, text: string) {
  calls.linked++;
  const before = await original(converter, url, text);
  const now = `${text} &lt;${url}&gt;`;
  if (now !== before) console.error(`The link was ${before}, and is ${now}.`);
  return now;
}

// Everything after `--` is for the program: it is $argv there.
await using php = await makeBond('PHP', 'php', ['--', ...process.argv.slice(2)]);
const original = php.original<(converter: AnyRemote, url: string, text: string) => string>(
  'rcube_html2text::_build_link_inline',
);
await php.load('examples/mails.php', {
  replace: { abbreviate_string: abbreviate, 'rcube_html2text::_build_link_inline': link },
});
console.error(`TypeScript abbreviated ${calls.abbreviated} titles, and wrote ${calls.linked} links.`);
