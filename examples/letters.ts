/** Letters by Twig, which Monolog writes down: `npx tsx examples/letters.ts`. Both are PHP's; a filter of the template is not. */
import { callback, makeBond, RemoteException } from 'bond';

await using php = await makeBond('PHP');
// As Debian packages them. With Composer, it is vendor/autoload.php.
for (const name of ['Twig', 'Monolog']) await php.evalBlock(`require_once '/usr/share/php/${name}/autoload.php';`);

const ArrayLoader = await php.import('Twig\\Loader\\ArrayLoader');
const Environment = await php.import('Twig\\Environment');
const TwigFilter = await php.import('Twig\\TwigFilter');
const templates = { letter: 'Dear {{ name|title }}, you owe us {{ sum|euros }}.', wrong: 'Dear {{ name|' };
const twig = await new Environment(new ArrayLoader(templates)); // one request
const euros = callback((sum: number) => `${sum.toFixed(2)} €`);
await twig.addFilter(new TwigFilter('euros', euros));

const Logger = await php.import('Monolog\\Logger');
const StreamHandler = await php.import('Monolog\\Handler\\StreamHandler');
const LineFormatter = await php.import('Monolog\\Formatter\\LineFormatter');
const handler = await new StreamHandler('php://stdout', Logger.INFO);
await handler.setFormatter(new LineFormatter('%level_name%: %message% %context%\n'));
const log = await new Logger('letters', [handler]);

for (const [name, sum] of [
  ['ann', 12.5],
  ['bo', 3],
] as const) {
  console.log(await twig.render('letter', { name, sum }));
  await log.info('sent', { name });
}

try {
  await twig.render('wrong', { name: 'nobody' });
} catch (error) {
  if (!(error instanceof RemoteException) || !error.is('Twig\\Error\\SyntaxError')) throw error;
  await log.error(error.remoteMessage);
}
