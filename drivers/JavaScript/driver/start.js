// Agrees with the host on how to talk, and begins to listen.

/** The line that follows STAGE2, which is here already or about to come. */
function readSettings() {
  let line = '';
  while (!line.endsWith('\n')) {
    line += readNow().toString('latin1');
  }
  arrived.reads = reads;
  return parse(line.slice(line.indexOf(' ') + 1));
}

/** V8 reads its own format and older ones: only the same version goes both ways. */
function chooseProtocol({ protocols, v8Format }) {
  const canClone = v8.serialize(null)[1] === v8Format;
  return protocols.find((wanted) => wanted === 'JSON' || wanted === 'EJSON' || (wanted === 'V8' && canClone));
}

/** Not before the settings have been read: from here on, fd 0 does not wait for data. */
function openWays({ pid, bulk: way }) {
  const input = takeOverRepl();
  if ((pid || process.pid) === process.pid) hostInput = input || openInput();
  else {
    if (input && input._handle) input._handle.readStop();
    relay = needed().standBehindRelay();
  }
  if (way && pid === process.pid) openBulk(way);
}

function start() {
  const settings = readSettings();
  const name = chooseProtocol(settings);
  setMark(settings.mark);
  isTransparent = settings.transExcept === null ? name === 'V8' : settings.transExcept;
  openWays(settings);
  protectStdin();
  openOutput();
  // Code of `-e` has it, but not where `--input-type=module` makes a module of that.
  if (!('require' in globalThis)) define(globalThis, 'require', { __proto__: null, value: require, configurable: true, writable: true });
  watchdog.startSigintWatchdog();
  const interrupt = process.platform === 'win32' ? null : 'SIGINT'; // there, it would end the process
  say(`READY ${stringify({ __proto__: null, protocol: name || null, version: process.versions.node, pid: process.pid, interrupt })}`);
  protocol = name === 'V8' ? structuredClone : { EJSON: needed().ejson, JSON: needed().json }[name];
  takesParts = settings.parts === true;
  takesBlocks = settings.bytes === true;
  isConcurrent = settings.concurrent === true;
  if (relay) relay.listen(takeFromRelay);
  else hostInput.on('data', takeChunk).on('end', () => takeChunk(null)).resume();
}

function takeFromRelay() {
  for (;;) {
    recover();
    reads = relay.next(arrived.reads);
    if (reads === arrived.reads) break;
  }
  hasEnded = relay.isOver();
  isOver = isOver || hasEnded;
  serveOutermost();
}

function takeChunk(chunk) {
  recover();
  if (chunk) feed(chunk);
  else isOver = hasEnded = true;
  serveOutermost();
}

begin(start);

