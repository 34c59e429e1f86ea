//: lazy
// A thread that reads in front of the driver, where no signal of the host reaches this process: `ssh`, `docker`.

/**
 * Where no signal of the host reaches this process, a thread that does nothing else reads the host's lines in front of it,
 * and sends the signal. When the host is gone, it ends this process, which may be too busy to look. What it has read stays in
 * memory that both share until it has been taken in: an interrupt may come while that is done.
 */
function standBehindRelay() {
  const { MessageChannel, receiveMessageOnPort, Worker } = require('worker_threads');
  const { port1, port2 } = new MessageChannel();
  const [control, ring] = [new Int32Array(new SharedArrayBuffer(16)), new Uint8Array(new SharedArrayBuffer(2 ** 20))];
  const [BELL, PUT, TAKEN, IS_OVER] = [0, 1, 2, 3];
  const workerData = { port: port2, control, ring };
  // It prints nothing. Otherwise, it would have Node open this process's output, which does not wait for room from then on.
  const streams = { stdout: true, stderr: true };
  new Worker(`(${relayLines})(require)`, { eval: true, execArgv: [], workerData, transferList: [port2], ...streams });
  reads = arrived.reads = 0;
  return {
    /** Where what comes next ends, behind what has been taken in up to a place: at that place if there is nothing. */
    next(start) {
      store(control, TAKEN, start);
      const put = load(control, PUT);
      return start > put ? 0 : put;
    },
    bytes: (start, end) => bufferFrom(ring.subarray(start, end || ring.length)),
    isOver: () => load(control, IS_OVER) === 1,
    /** The same, once there is something. */
    waitForNext(start) {
      receiveMessageOnPort(port1);
      for (;;) {
        const count = load(control, BELL);
        const end = this.next(start);
        if (end !== start) return end;
        if (this.isOver()) exit();
        wait(control, BELL, count);
      }
    },
    listen: (take) => port1.on('message', take),
  };
}

/** Runs in the thread. */
function relayLines(require) {
  const { port, control, ring } = require('worker_threads').workerData;
  const [BELL, PUT, TAKEN, IS_OVER] = [0, 1, 2, 3];
  const SOUGHT = '\nINTERRUPT ';
  const LONGEST = 48; // characters of a heading, and more
  const waiting = [];
  let [seam, raw] = ['\n', 0];
  let timer;
  const tell = () => {
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
    port.postMessage(0);
  };
  // Puts what there is room for into the ring; returns the rest.
  const put = (chunk) => {
    const [start, taken] = [Atomics.load(control, PUT), Atomics.load(control, TAKEN)];
    // One byte stays free, so that full is not empty.
    const room = (taken > start ? taken - 1 : taken === 0 ? ring.length - 1 : ring.length) - start;
    const count = Math.min(room, chunk.length);
    if (count === 0) return chunk;
    ring.set(chunk.subarray(0, count), start);
    Atomics.store(control, PUT, (start + count) % ring.length);
    tell();
    return count === chunk.length ? undefined : put(chunk.subarray(count));
  };
  const pass = () => {
    timer = undefined;
    while (waiting.length > 0) {
      const rest = put(waiting.shift());
      if (!rest) continue;
      waiting.unshift(rest);
      timer = setTimeout(pass, 1);
      return;
    }
  };
  const take = (chunk) => {
    const rest = waiting.length > 0 ? chunk : put(chunk);
    if (rest) waiting.push(Buffer.from(rest));
    if (rest && !timer) timer = setTimeout(pass, 1);
    if (hasInterrupt(chunk)) process.kill(process.pid, 'SIGINT');
    return true;
  };
  // Whether a line interrupts; what is in blocks of bytes is no line.
  const hasInterrupt = (chunk) => {
    let isFound = false;
    for (let place = 0; place < chunk.length; ) {
      const skipped = Math.min(raw, chunk.length - place);
      raw -= skipped;
      place += skipped;
      const text = seam + chunk.toString('latin1', place);
      const heading = /\nBYTES - \d+ (\d+)(?: \w+)?\n/.exec(text);
      const end = heading ? heading.index + heading[0].length : text.length;
      isFound = isFound || text.slice(Math.max(0, seam.length - SOUGHT.length + 1), end).includes(SOUGHT);
      place += end - seam.length;
      if (heading) raw = Number(heading[1]);
      seam = heading ? '\n' : text.slice(-LONGEST);
    }
    return isFound;
  };
  const tty = require('tty');
  const onread = { buffer: Buffer.allocUnsafeSlow(65536), callback: (size, buffer) => take(buffer.subarray(0, size)) };
  const options = { fd: 0, readable: true, writable: false, onread };
  const input = tty.isatty(0) ? new tty.ReadStream(0) : new (require('net').Socket)(options);
  input.on('data', take);
  input.on('error', () => input.destroy());
  input.on('close', () => {
    Atomics.store(control, IS_OVER, 1);
    tell();
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1000);
  });
}
