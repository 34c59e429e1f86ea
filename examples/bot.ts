/**
 * A Discord bot: discord.py's client, and methods of yours: `npx tsx examples/bot.ts [python]`.
 * With DISCORD_TOKEN in the environment it goes to Discord. Otherwise it is played some events, without a network.
 */
import { type AnyRemote, kwargs, makeBond } from 'bond';

const [command = 'python3'] = process.argv.slice(2);
await using python = await makeBond('Python', command, [], { timeout: Number.POSITIVE_INFINITY });
const discord = await python.import('discord');
const scores = new Map<string, number>();

const Bot = await python.extend(
  discord.Client,
  {
    async setup_hook() {
      console.log('setting up');
    },

    async on_ready() {
      console.log(`ready as ${await this.user.name}`);
    },

    async on_message(message: AnyRemote) {
      if (await message.author.bot) return undefined;
      const [word, ...rest] = (await message.content).split(' ');
      switch (word) {
        case '!sum':
          return message.channel.send(`${rest.map(Number).reduce((a: number, b: number) => a + b, 0)}`);
        case '!score': {
          const name: string = await message.author.name;
          scores.set(name, (scores.get(name) ?? 0) + 1);
          return message.reply(`${name}: ${scores.get(name)}`); // a coroutine, which is awaited where this was called
        }
        case '!fail':
          throw new Error('no such command');
        default:
          return undefined;
      }
    },

    async on_error(event: string) {
      console.log(`${event} failed`);
    },
  },
  'Bot',
);

const intents = await discord.Intents.default();
const bot = await new Bot(kwargs({ intents, guild_ready_timeout: 0 }));
const token = process.env.DISCORD_TOKEN;
if (token) await bot.run(token);
else await play();

/** What Discord would send, and what it would be asked. */
async function play(): Promise<void> {
  await python.export((channel: string, content: string) => console.log(`#${channel} <- ${content}`), 'posted');
  await python.evalBlock(`
import asyncio

def user(id, name, bot=False):
    return {'id': id, 'username': name, 'discriminator': '0001', 'avatar': None, 'bot': bot}

def message(id, author, content):
    return {'id': id, 'channel_id': 20, 'guild_id': 10, 'author': author, 'content': content, 'timestamp': '2020-01-01T00:00:00+00:00',
            'edited_timestamp': None, 'tts': False, 'mention_everyone': False, 'mentions': [], 'mention_roles': [], 'attachments': [],
            'embeds': [], 'pinned': False, 'type': 0, 'components': []}

BOT, ADA = user(1, 'bond', True), user(2, 'ada')
CHANNEL = {'id': 20, 'type': 0, 'name': 'general', 'position': 0, 'permission_overwrites': [], 'nsfw': False, 'parent_id': None}
GUILD = {'id': 10, 'name': 'A guild', 'channels': [CHANNEL], 'members': [], 'member_count': 2, 'roles': [], 'emojis': [], 'stickers': [],
         'features': [], 'voice_states': [], 'presences': [], 'threads': [], 'stage_instances': [], 'owner_id': 2, 'unavailable': False}

async def request(route, json=None, **more):
    posted('general', json['content'])
    return message(100, BOT, json['content'])

async def play(bot, lines):
    async with bot:
        bot.http.request = request
        bot._connection.http = bot.http
        await bot.setup_hook()
        hear = bot._connection.parsers
        hear['READY']({'user': BOT, 'guilds': [GUILD], 'application': {'id': 1, 'flags': 0}})
        await bot.wait_until_ready()
        for id, line in enumerate(lines, 30):
            hear['MESSAGE_CREATE'](message(id, ADA, line))
            hear['MESSAGE_CREATE'](message(id + 50, BOT, line))
            await asyncio.gather(*(task for task in asyncio.all_tasks() if 'on_message' in task.get_name()))
`);
  const lines = ['hello', '!sum 2 3 4', '!score', '!score', '!fail'];
  await python.call('lambda bot, lines: asyncio.run(play(bot, lines))', bot, lines);
}
