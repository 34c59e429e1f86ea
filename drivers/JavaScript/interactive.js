// biome-ignore-all lint/style/useNodejsImportProtocol: Node 12 does not know it
// What an interactive session asks JavaScript, Node 12 and later. It runs as a block of its own once a session asks.

(() => {
  const vm = require('vm');
  const { types } = require('util');
  const WORDS = `async await break case catch class const continue debugger default delete do else export extends finally for
    function if import in instanceof let new return static super switch this throw try typeof var void while with yield`;

  const LAZY = ['process', 'Buffer', 'crypto', 'performance']; // getters of Node's own

  /** Whether the parser has come to the end of the code, and wants more. Asked before the code runs. */
  function _BOND_is_unfinished(code, _isExpression, failure) {
    if (failure !== null) return false;
    const message = complaint(code);
    if (/^(Unexpected end of input|Unterminated template literal|Missing } in template expression)$/.test(message))
      return true;
    if (message === 'missing ) after argument list') return isClosedBy(')', code, message);
    return message === 'Invalid or unexpected token' && isClosedBy('*/', code, message);
  }

  function complaint(code) {
    try {
      return new vm.Script(code) && '';
    } catch (error) {
      return error.message;
    }
  }

  /** Whether the complaint is about the end of the code: then some more of `closing` brings another one, or none. */
  function isClosedBy(closing, code, message) {
    for (let count = 1; count <= 10; count++) {
      if (complaint(`${code}\n${closing.repeat(count)}`) !== message) return true;
    }
    return false;
  }

  /** What the last word of a line may be going to be: that word, and the names that begin with it. */
  function _BOND_complete(before) {
    const [whole, path, word] = /((?:[\p{L}_$][\p{L}\p{N}_$]*\s*\??\.\s*)*)([\p{L}\p{N}_$]*)$/u.exec(before);
    if (/\.\s*$/.test(before.slice(0, before.length - whole.length))) return [word, []];
    const steps = path.split(/\s*\??\.\s*/).slice(0, -1);
    const names = path
      ? membersOf(follow(steps))
      : [...membersOf(globalThis), ...lexicalNames(), ...WORDS.split(/\s+/)];
    const isWanted = (name) =>
      name.startsWith(word) &&
      /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) &&
      !/^_+BOND_/.test(name) &&
      (word !== '' || name[0] !== '_');
    return [word, [...new Set(names)].filter(isWanted).sort()];
  }

  /** What `let`, `const` and `class` have declared, which only the inspector knows. */
  function lexicalNames() {
    try {
      const session = new (require('inspector').Session)();
      let found = [];
      session.connect();
      session.post('Runtime.globalLexicalScopeNames', (error, result) => {
        if (!error) found = result.names;
      });
      session.disconnect();
      return found;
    } catch {
      return []; // a Node without an inspector
    }
  }

  function follow([name, ...steps]) {
    const isHarmless = LAZY.includes(name) || (!(name in globalThis) && lexicalNames().includes(name));
    const value = isHarmless ? new vm.Script(name).runInThisContext() : property(globalThis, name);
    return steps.reduce(property, value);
  }

  /** The value of a property, without running code: a getter and a proxy have none. */
  function property(value, name) {
    for (const object of chainOf(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, name);
      if (descriptor) return descriptor.value;
    }
    return undefined;
  }

  function membersOf(value) {
    const names = [].concat(...[...chainOf(value)].map(Object.getOwnPropertyNames));
    return typeof value === 'string' ? names.filter((name) => Number.isNaN(Number(name))) : names;
  }

  /** A value as an object, and those that it inherits from. */
  function* chainOf(value) {
    if (value === undefined || value === null) return;
    for (let object = Object(value); object && !types.isProxy(object); object = Object.getPrototypeOf(object))
      yield object;
  }

  for (const value of [_BOND_is_unfinished, _BOND_complete]) {
    Object.defineProperty(globalThis, value.name, { value, configurable: true, writable: true });
  }
})();
