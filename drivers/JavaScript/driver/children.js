// Keeps the conversation from child processes, which would inherit descriptor 0.

// Up to this version, Node's module of child processes calls the functions below in a way that is known.
const STARTS_ALIKE = 26;

/** To load that module would take a twentieth of the start: what it calls is led elsewhere instead. */
function protectFromChildren(noInput) {
  const { Process = class {} } = bindingOfNode('process_wrap', STARTS_ALIKE) || {};
  const holders = [Process.prototype, bindingOfNode('spawn_sync', STARTS_ALIKE) || {}];
  if (!holders.every(({ spawn }) => typeof spawn === 'function')) return protectModule(noInput);
  for (const holder of holders) {
    const { spawn } = holder;
    holder.spawn = function (...args) { return spawn.apply(this, args.map(withoutConversation)); };
  }
}

/** What says where a child's descriptors lead, in the options or (from Node 24 on) as an argument of its own. */
function withoutConversation(arg) {
  if (typeof arg !== 'object' || arg === null) return arg;
  if (!isArray(arg)) return isArray(arg.stdio) ? assign({}, arg, { stdio: withoutConversation(arg.stdio) }) : arg;
  return arg.map((entry) => (entry && leadsToHost(entry) ? { type: 'ignore' } : entry));
}

function leadsToHost({ type, fd, handle }) {
  if (type === 'wrap') return hostInput !== undefined && handle === hostInput._handle;
  return fd === 0 && (type === 'fd' || type === 'inherit');
}

/** The same where Node does not give away what the module calls. */
function protectModule(noInput) {
  const childProcess = require('child_process');
  const { spawn } = childProcess.ChildProcess.prototype;
  childProcess.ChildProcess.prototype.spawn = function (options) {
    return spawn.call(this, withoutStdin(options, noInput));
  };
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
    const original = childProcess[name];
    childProcess[name] = (...args) => original(...args.map((arg) => withoutStdin(arg, noInput)));
  }
}

/** Options that a program gives for a child process. */
function withoutStdin(options, noInput) {
  if (options === null || typeof options !== 'object' || isArray(options)) return options;
  if (options.stdio === 'inherit') return assign({}, options, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (!isArray(options.stdio)) return options;
  const isInherited = (entry, fd) => entry === 0 || entry === noInput || entry === hostInput || (fd === 0 && entry === 'inherit');
  const stdio = options.stdio.map((entry, fd) => (isInherited(entry, fd) ? 'ignore' : entry));
  return assign({}, options, { stdio });
}
