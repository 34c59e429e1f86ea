// A headless Chromium, spoken to over two pipes by its DevTools protocol: that takes no library.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
  readonly params?: Record<string, unknown>;
}

type Waiter = (reply: Reply) => void;

export class Browser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, Waiter>();
  #events: ((reply: Reply) => void)[] = [];
  #session: string | undefined;
  #last = 0;

  private constructor() {
    this.#profile = mkdtempSync(join(tmpdir(), 'bond-chromium-'));
    const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', '--hide-scrollbars'];
    this.#child = spawn('chromium', [...options, `--user-data-dir=${this.#profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#child.on('error', (error) => this.#lose(error));
    this.#child.on('exit', () => this.#lose(new Error('chromium has ended')));
    let rest = '';
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Reply);
    });
  }

  static async open(): Promise<Browser> {
    const browser = new Browser();
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = sessionId as string;
    await browser.send('Page.enable');
    return browser;
  }

  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const message = { id, method, params, ...(this.#session && { sessionId: this.#session }) };
    (this.#child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result = {}, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
    });
  }

  /** Opens a page, and waits until it has loaded. */
  async visit(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      const hear = ({ method }: Reply): void => {
        if (method !== 'Page.loadEventFired') return;
        this.#events = this.#events.filter((listener) => listener !== hear);
        resolve();
      };
      this.#events.push(hear);
    });
    await this.send('Page.navigate', { url });
    await loaded;
  }

  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })) as { result: { value: T }; exceptionDetails?: { text: string } };
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  }

  /** A picture of the page, as PNG. */
  async screenshot(width: number, height: number, isDark: boolean): Promise<Buffer> {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    const features = [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }];
    await this.send('Emulation.setEmulatedMedia', { features });
    const { data } = await this.send('Page.captureScreenshot');
    return Buffer.from(data as string, 'base64');
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #take(reply: Reply): void {
    if (reply.id === undefined) return this.#events.forEach((hear) => void hear(reply));
    this.#waiting.get(reply.id)?.(reply);
    this.#waiting.delete(reply.id);
  }

  #lose({ message }: Error): void {
    for (const waiter of this.#waiting.values()) waiter({ error: { message } });
    this.#waiting.clear();
  }
}
