// Contestants of a row take turns, round by round: what slows the machine for a while slows all of them.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Contestant, Session } from './contestants.js';
import { useCores } from './cores.js';
import { type Language, pathOf } from './languages.js';
import { inTime, type Outcome, reasonOf } from './outcomes.js';
import { type Figures, quantile, type Row, type Sizes } from './rows.js';

const run = promisify(execFile);

interface Player {
  readonly contestant: Contestant;
  /** Whether the others are compared with it. */
  readonly isFirst: boolean;
  session?: Session | undefined;
  readonly figures: Figures[];
  /** Whether a turn took so long that it has no other. */
  isDone?: boolean;
  broke?: string;
}

/**
 * How many rounds a session serves where calls are timed one by one: two of the same build differ by a tenth at times, from
 * where their memory happens to be.
 */
const ROUNDS_A_SESSION = 3;

/** A turn that takes longer is the only one of its contestant, in ms: minutes more would not say more. */
const LONG_TURN = 5_000;

export async function measure(
  row: Row,
  language: Language,
  contestants: readonly Contestant[],
  { rounds, sizes }: { rounds: number; sizes: Sizes },
): Promise<Outcome[]> {
  const players: Player[] = contestants
    .filter((contestant) => canPlay(contestant, row, language))
    .map((contestant, index) => ({ contestant, isFirst: index === 0, figures: [] }));
  useCores(row.takesTurns ? 'one' : 'all');
  const inRounds = async (first: number, count: number): Promise<void> => {
    for (let round = first; round < first + count; round++)
      for (const player of rotated(players, round)) await takeTurn(player, row, language, sizes);
  };
  const total = Math.ceil(rounds * row.rounds);
  const each = row.takesTurns ? ROUNDS_A_SESSION : total;
  for (let round = 0; round < total; round += each) {
    await closeSessions(players);
    const counted = players.map(({ figures }) => figures.length);
    await inRounds(round, 1); // for warming up
    players.forEach((player, index) => {
      if (!player.isDone) player.figures.length = counted[index] as number;
    });
    await inRounds(round, Math.min(each, total - round));
  }
  useCores('all');
  await closeSessions(players);
  return players.map((player) => outcome(player, players[0] as Player, row, language));
}

async function closeSessions(players: readonly Player[]): Promise<void> {
  await Promise.all(players.map(({ session }) => session?.close().catch(() => {})));
  for (const player of players) player.session = undefined;
}

function canPlay(contestant: Contestant, row: Row, language: Language): boolean {
  if (row.isScript) return contestant.script !== undefined;
  return contestant.can(language, row.purpose) && !(row.opensMany && contestant.isSingle);
}

async function takeTurn(player: Player, row: Row, language: Language, sizes: Sizes): Promise<void> {
  if (player.broke !== undefined || player.isDone) return;
  const began = performance.now();
  try {
    player.figures.push(await inTime(turn(player, row, language, sizes), row.patience));
    player.isDone = !player.isFirst && performance.now() - began > LONG_TURN;
  } catch (error) {
    player.broke = reasonOf(error);
  }
}

async function turn(player: Player, row: Row, language: Language, sizes: Sizes): Promise<Figures> {
  const { contestant } = player;
  const open = (): Promise<Session> => contestant.open(language, row.purpose);
  return row.turn({
    sizes: contestant.isSlow ? fewer(sizes) : sizes,
    open,
    script: () => runScript(contestant.script?.(language) ?? [], language),
    async session() {
      player.session ??= await open();
      return player.session;
    },
  });
}

async function runScript([name = '', ...args]: readonly string[], { env }: Language): Promise<void> {
  await run(process.execPath, [pathOf(`scripts/${name}`), ...args], { env });
}

function fewer(sizes: Sizes): Sizes {
  return { ...sizes, calls: Math.ceil(sizes.calls / 400), parallel: Math.ceil(sizes.parallel / 400), bursts: 1 };
}

/** Everybody is first, second, … in turn. */
export function rotated<T>(list: readonly T[], by: number): T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

function outcome({ contestant, figures, broke }: Player, first: Player, row: Row, language: Language): Outcome {
  const who = { language: language.name, row: row.name, contestant: contestant.name };
  if (broke !== undefined) return { ...who, broke };
  const p99s = figures.flatMap(({ p99 }) => (p99 === undefined ? [] : [p99]));
  return {
    ...who,
    value: median(figures.map(({ value }) => value)),
    ...(p99s.length > 0 && { p99: median(p99s) }),
    ...(first.broke === undefined && { ratio: ratioTo(first.figures, figures) }),
  };
}

function ratioTo(limits: readonly Figures[], figures: readonly Figures[]) {
  const ratios = figures.map(({ value }, round) => value / (limits[round] as Figures).value);
  return { low: quantile(ratios, 0.25), median: median(ratios), high: quantile(ratios, 0.75) };
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
