/**
 * Traces every call, with the calls inside of it, and draws them: `npm run build && npx tsx examples/traces.ts`. It needs
 * nothing but Node's `diagnostics_channel`; docs/debugging.md shows the same with OpenTelemetry.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { type BondLife, type CallTrace, makeBond, makePool } from 'bond';

/** A call, and the calls that were made while it ran, by the functions that it led to. */
interface Span {
  readonly call: CallTrace;
  readonly isOutermost: boolean;
  readonly inner: Span[];
}

const calls = tracingChannel<unknown, CallTrace>('bond:call');
const current = new AsyncLocalStorage<Span>();
const spans = new WeakMap<CallTrace, Span>();

function begin(call: CallTrace): Span {
  const outer = current.getStore();
  const span: Span = { call, isOutermost: !outer, inner: [] };
  spans.set(call, span);
  outer?.inner.push(span);
  return span;
}

function draw({ call, inner }: Span, depth = 0): void {
  const outcome = call.error ? `threw ${(call.error as Error).name}` : `= ${JSON.stringify(call.result)}`;
  console.log(`${'  '.repeat(depth)}${call.by} ${call.lang} ${call.verb} ${call.name} ${outcome}`);
  for (const span of inner) draw(span, depth + 1);
}

// What a call leads to runs with this store, functions that the other language calls among it.
calls.start.bindStore(current, (call) => begin(call as CallTrace));
calls.subscribe({
  asyncEnd(call) {
    const span = spans.get(call as CallTrace);
    if (span?.isOutermost) draw(span);
  },
} as Parameters<typeof calls.subscribe>[0]);
channel('bond:life').subscribe((message) => {
  const { event, lang } = message as BondLife;
  console.log(`${lang} ${event}`);
});

await using python = await makeBond('Python');
await using pool = await makePool('PHP', { size: 1 });
await python.export((text: string) => pool.call<string>('strrev', text), 'reverse');
await python.call('lambda words: [reverse(word) for word in words]', ['live', 'devil']);
await pool.eval('intdiv(1, 0)').catch(() => {});
