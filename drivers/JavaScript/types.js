// What there is in a module: its functions and classes, with the comments above them. It is loaded, which runs it.
globalThis._BOND_types = async (name) => {
  // biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
  const fs = require('fs');
  // biome-ignore lint/style/useNodejsImportProtocol: the same
  const url = require('url');
  // biome-ignore lint/style/useNodejsImportProtocol: the same
  const { isAbsolute, relative, resolve } = require('path');
  const path = resolve(name);
  const isFile = fs.existsSync(path) && fs.statSync(path).isFile();
  const fromHere = isAbsolute(name) ? path : `./${relative('', path)}`;
  const what = JSON.stringify(isFile ? fromHere : name);
  // biome-ignore lint/style/useNodejsImportProtocol: the same
  const isBuiltin = require('module').builtinModules.includes(name.replace(/^node:/, ''));
  const stem = (
    isFile
      ? path
          .split('/')
          .pop()
          .replace(/\.\w+$/, '')
      : name.replace(/^node:/, '')
  )
    .replace(/\W+(\w?)/g, (_, letter) => letter.toUpperCase())
    .replace(/^(?=\d)/, '_');
  let module;
  let load = `globalThis.${stem} = require(${what});`;
  try {
    module = require(isFile ? path : name);
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM' && !/Cannot use import|Unexpected token 'export'/.test(error.message))
      throw error;
    module = await imported();
    load = `globalThis.${stem} = await import(${what});`;
  }
  /** Some versions of Node warn of what loads modules for a script. */
  async function imported() {
    const { emitWarning } = process;
    process.emitWarning = () => {};
    try {
      return await import(isFile ? url.pathToFileURL(path) : name);
    } finally {
      process.emitWarning = emitWarning;
    }
  }

  const source = isFile ? fs.readFileSync(path, 'utf8') : '';
  const functions = [];
  const classes = [];
  const isClass = (value) => /^class\b/.test(Function.prototype.toString.call(value));
  const described = new Set();

  const exported = [];
  const list = (holder, prefix) => {
    for (const key of Object.keys(holder)) {
      if (key.startsWith('_')) continue;
      const value = valueIn(holder, key);
      if (typeof value !== 'function' || key === 'module.exports') continue;
      exported.push([
        key === 'default' && value.name ? value.name : key,
        prefix + (/^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`),
        value,
      ]);
    }
  };
  /** What compilers of TypeScript export, they give by getters; some of Node's own say that they are deprecated. */
  function valueIn(holder, key) {
    const { get, value } = Object.getOwnPropertyDescriptor(holder, key);
    return get && isBuiltin ? undefined : get ? get.call(holder) : value;
  }
  if (typeof module === 'function') exported.push([module.name || stem, stem, module]);
  list(module, stem);
  if (module.default && typeof module.default === 'object') list(module.default, `${stem}.default`);

  for (const [key, place, value] of exported) {
    if (described.has(value)) continue;
    described.add(value);
    if (isClass(value)) addClass(key, place, value);
    else functions.push(describe(place, value, commentBefore(value)));
  }
  // What `import()` gives of a module that is required has a default, and those of its names that Node finds in the source.
  const namespace = await imported();
  const hasDefault = module !== namespace && namespace.default === module;
  const isBeside = typeof module !== 'function' && Object.keys(module).every((key) => key in namespace);
  return {
    load,
    module: stem,
    imports: isFile ? fromHere : name,
    default: hasDefault ? (isBeside ? 'beside' : 'alone') : undefined,
    typesFrom: isFile ? undefined : typesOf(name),
    constants: Object.keys(module).filter(isConstant).map(constant),
    functions,
    classes,
  };

  function isConstant(key) {
    const value = /^(?!_|default$|module\.exports$)/.test(key) ? valueIn(module, key) : undefined;
    return value !== undefined && typeof value !== 'function';
  }

  function constant(key) {
    const type = typeof valueIn(module, key);
    return { name: key, type: /^(?:string|number|boolean|bigint)$/.test(type) ? type : '', doc: '', optional: false };
  }

  /** The module by whose name TypeScript finds types: those that come with Node or the package, or are in a package of their own. */
  function typesOf(name) {
    const owner = isBuiltin ? 'node' : name.split('/', name.startsWith('@') ? 2 : 1).join('/');
    const holds = (folder, test) => {
      try {
        return test(JSON.parse(fs.readFileSync(`${folder}/package.json`, 'utf8')));
      } catch {
        return false;
      }
    };
    const folders = (require.resolve.paths(owner === 'node' ? '@types/node' : owner) || []).flatMap((place) => [
      [
        `${place}/${owner}`,
        (packaged) => packaged.types || packaged.typings || /"types":/.test(JSON.stringify(packaged.exports || '')),
      ],
      [`${place}/@types/${owner.replace(/^@/, '').replace('/', '__')}`, () => true],
    ]);
    return folders.some(([folder, test]) => holds(folder, test)) ? name : undefined;
  }

  function addClass(key, place, value) {
    const own = (holder, isStatic) =>
      Object.getOwnPropertyNames(holder).flatMap((name) => {
        const { value: method } = Object.getOwnPropertyDescriptor(holder, name);
        if (typeof method !== 'function' || /^(?:constructor|_.*)$/.test(name) || isClass(method)) return [];
        return [describe(isStatic ? `${place}.${name}` : name, method, commentBefore(method))];
      });
    functions.push(...own(value, true));
    const text = Function.prototype.toString.call(value);
    const [, comment = '', parameters] = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?\bconstructor\s*(?=(\())/.exec(text) || [];
    const start = parameters ? text.indexOf('(', text.search(/\bconstructor\s*\(/)) : -1;
    const made =
      start < 0 ? (/^class\s+[\w$]*\s+extends\b|^class\s+extends\b/.test(text) ? null : []) : parametersAt(text, start);
    classes.push({
      name: key,
      doc: commentBefore(value),
      isRecord: false,
      constructs: { name: place, doc: comment.trim(), parameters: made, returns: '' },
      methods: own(value.prototype, false),
      properties: [],
    });
  }

  function describe(place, value, doc) {
    const text = Function.prototype.toString.call(value);
    const isNative = /\{\s*\[native code\]\s*\}$/.test(text);
    const start = /^(?:async\s+)?[\w$]+\s*=>/.test(text) ? -1 : text.indexOf('(');
    const bare = /^(?:async\s+)?([\w$]+)\s*=>/.exec(text);
    const parameters = isNative ? null : bare ? [parameter(bare[1], 'plain', '')] : parametersAt(text, start);
    const usesArguments = /\barguments\b/.test(text);
    const isGenerator = /^(?:async\s+)?(?:function\s*)?\*/.test(text);
    // Who is not told otherwise by a comment may leave any of them out, as ever in JavaScript.
    for (const each of parameters || []) if (each.kind === 'plain' && !doc.includes('@param')) each.kind = 'optional';
    return { name: place, doc, parameters: usesArguments ? null : parameters, returns: isGenerator ? 'Opaque' : '' };
  }

  function parameter(name, kind, note) {
    return { name, type: '', kind, note };
  }

  function parametersAt(text, start) {
    return piecesOf(text, start).map((piece, index) => {
      const [, rest, name] = /^(\.\.\.)?\s*([\w$]+)?/.exec(piece);
      const [, value] =
        /^[^=]*=(?![>=])\s*([\s\S]*)$/.exec(name ? piece : piece.replace(/^(?:\{[\s\S]*\}|\[[\s\S]*\])/, '')) || [];
      const note = value && value.length < 60 ? `by default \`${value.trim().replace(/\s+/g, ' ')}\`` : '';
      return parameter(name || `arg${index}`, rest ? 'rest' : value === undefined ? 'plain' : 'optional', note);
    });
  }

  /** What stands between the commas of a list in parentheses; comments are left out. */
  function piecesOf(text, start) {
    const pieces = [''];
    let depth = 0;
    const tokens = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|[\s\S]/g;
    tokens.lastIndex = start;
    for (let token = tokens.exec(text); token; token = tokens.exec(text)) {
      const [sign] = token;
      if (/^\/[*/]/.test(sign)) continue;
      if ('([{'.includes(sign) && depth++ === 0) continue;
      if (')]}'.includes(sign) && --depth === 0) break;
      if (sign === ',' && depth === 1) pieces.push('');
      else pieces[pieces.length - 1] += sign;
    }
    return pieces.map((piece) => piece.trim()).filter(Boolean);
  }

  /** The doc comment above a function or a class in the source. */
  function commentBefore(value) {
    const text = Function.prototype.toString.call(value);
    for (let place = source.indexOf(text); place >= 0 && source; place = source.indexOf(text, place + 1)) {
      const found =
        /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*(?:(?:export|default|static|const|let|var|(?:module\.)?exports(?:\.[\w$]+)?|[\w$.]+)[\s=:]*)*$/.exec(
          source.slice(0, place),
        );
      if (found) return found[1];
    }
    return '';
  }
};
