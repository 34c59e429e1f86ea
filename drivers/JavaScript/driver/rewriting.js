//: lazy
// Has the text of a module say where functions of the host take the place of its own. Lines stay as they are, and so do columns, but
// behind what is put into a line.

const NOT_WITHIN_NAME = '(?<![\\p{ID_Continue}$.#])';
const BEGINS_FUNCTION = '(?:function\\b|async\\b|\\(|[\\p{ID_Start}$_][\\p{ID_Continue}$]*\\s*=>)';
const MOST_BRACES = 20; // that are looked at to find the body of a class, behind its base
const DEFAULT_WITH_NAME = '^[ \\t]*export\\s+default\\b(?=\\s+(?:(?:async\\s+)?function\\s*\\*?|class)\\s+(?!extends\\b)[\\p{ID_Start}$_])';
const END_OF_NAME = '(?![\\p{ID_Continue}$])';

/** The text of a module in which what has some names is replaced, as `id` says; the same text, if it defines nothing of that kind. */
function rewritten(text, id, names, isModule) {
  const probe = isModule ? withoutModuleSyntax(text) : text;
  if (!compiles(probe)) return text; // it is an error, or of a kind that cannot be looked into
  const edits = [];
  const variables = new Set();
  names.forEach((name) => {
    const [first, ...rest] = name.split('.');
    if (!declares(probe, first)) return;
    if (rest.length === 0) renameVariable(text, probe, first, edits);
    else markClasses(probe, name, edits, id);
    variables.add(first);
  });
  names.filter((name) => name.includes('.')).forEach((name) => {
    if (!variables.has(name.split('.')[0])) markClasses(probe, name, edits, id);
  });
  if (variables.size === 0 && edits.length === 0) return text;
  const { index, start } = beginningOf(text);
  edits.push({ index, length: 0, text: start + headOf(id, variables, edits) });
  return edited(text, edits) + (variables.size > 0 ? `\n;_BOND_replaceRest(${id});` : '');
}

/** What stands in front of the first line: functions in the place of variables, and a way to all that is to be replaced. */
function headOf(id, variables, edits) {
  const renamed = edits.filter((edit) => edit.variable);
  const functions = renamed.map(({ variable, isExported }) =>
    `${isExported ? 'export ' : ''}function ${variable}(...args) { return _BOND_replacementOf(${id}, '${variable}', () => _BOND_${variable}, this, args) }`);
  const ways = [...variables].map((name) => {
    const isRenamed = renamed.some(({ variable }) => variable === name);
    return `'${name}': [() => ${isRenamed ? '_BOND_' : ''}${name}, ${isRenamed ? null : `(_BOND_f) => { ${name} = _BOND_f }`}]`;
  });
  return `${functions.join(' ')}${functions.length > 0 ? ' ' : ''}_BOND_replaceFirst(${id}, { __proto__: null, ${ways.join(', ')} });`;
}

/** `const f = …` cannot be replaced before it is made: it gets another name, and `f` is a function from the beginning. */
function renameVariable(text, probe, name, edits) {
  const pattern = new RegExp(`${NOT_WITHIN_NAME}(?:const|let|var)\\s+(${escaped(name)})(?=\\s*=\\s*${BEGINS_FUNCTION})`, 'gu');
  // The one without which nothing of that name is declared in the module: others are in functions, texts or comments.
  const found = matchesOf(probe, pattern).find(({ end }) => !declares(`${probe.slice(0, end - name.length)}_BOND_${probe.slice(end - name.length)}`, name));
  if (!found) return;
  const [exported] = /export\s+$/.exec(text.slice(0, found.index)) || [''];
  edits.push({ index: found.end - name.length, length: name.length, text: `_BOND_${name}`, variable: name, isExported: exported !== '' });
  if (exported !== '') edits.push({ index: found.index - exported.length, length: exported.length, text: exported.replace(/\S/g, ' ') });
}

/** A class gets a private field that is made when its methods are there. */
function markClasses(probe, name, edits, id) {
  const steps = name.split('.').filter((step) => step !== 'prototype');
  if (steps.length !== 2) return;
  const [kind] = steps.map(escaped);
  const pattern = new RegExp(`${NOT_WITHIN_NAME}(?:class\\s+${kind}${END_OF_NAME}|${kind}\\s*=\\s*class\\b)`, 'gu');
  for (const { index, end } of matchesOf(probe, pattern)) {
    const body = bodyOf(probe, probe.indexOf('class', index), end);
    if (body === undefined || edits.some((edit) => edit.index === body && edit.kind === steps[0])) continue;
    edits.push({ index: body, length: 0, kind: steps[0], text: ` static #_BOND_replaced = _BOND_replaceIn(${id}, '${steps[0]}', this);` });
  }
}

/** Where the body of a class begins: behind the first brace that makes it a whole class, if that is closed. None if it is no code. */
function bodyOf(probe, start, end) {
  for (let brace = probe.indexOf('{', end), tries = 0; brace >= 0 && tries < MOST_BRACES; brace = probe.indexOf('{', brace + 1), tries++) {
    if (compiles(`(${probe.slice(start, brace)}{})`)) return isCode(probe, brace + 1) ? brace + 1 : undefined;
  }
  return undefined;
}

function matchesOf(text, pattern) {
  const found = [];
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) found.push({ index: match.index, end: pattern.lastIndex });
  return found;
}

/** Whether a place in a text is code: what is wrong there makes it one that does not compile. */
function isCode(text, index) {
  return !compiles(`${text.slice(0, index)}@@${text.slice(index)}`);
}

/** Whether something of that name is declared at the top level of a module. */
function declares(text, name) {
  try {
    compileModule(text, `let ${name};`);
    return false;
  } catch (error) {
    return error instanceof SyntaxError && error.message.includes(`'${name}' has already been declared`);
  }
}

function compiles(text) {
  try {
    compileModule(text, '');
    return true;
  } catch (error) {
    return false;
  }
}

/** What is wrong with a text, V8 says, which compiles it as the body of a function. */
function compileModule(text, before) {
  const body = text.replace(/^#!.*/, '');
  try {
    return vm.compileFunction(before + body, ['exports', 'require', 'module', '__filename', '__dirname']);
  } catch (error) {
    if (!/\bawait\b/.test(body)) throw error;
    return new vm.Script(`(async function () {${before}${body}\n})`);
  }
}

/** A module's text without `import` and `export`, as long as it was: what is left can be compiled as a function's. */
function withoutModuleSyntax(text) {
  const blank = (match) => match.replace(/[^\n]/g, ' ');
  return text
    .replace(/^[ \t]*import\b(?!\s*[(.])[^;'"]*(?:'[^'\n]*'|"[^"\n]*")[ \t]*(?:with\s*\{[^}]*\})?[ \t]*;?/gm, blank)
    .replace(/^[ \t]*export\s*(?:\*[^;'"]*|\{[^}]*\}[ \t]*from\s*)(?:'[^'\n]*'|"[^"\n]*")[ \t]*;?/gm, blank)
    .replace(/^[ \t]*export\s*\{[^}]*\}[ \t]*;?/gm, blank)
    .replace(new RegExp(DEFAULT_WITH_NAME, 'gmu'), blank)
    .replace(/^[ \t]*export\s+default\b/gm, (match) => `${blank(match).slice(2)}0,`)
    .replace(/^[ \t]*export\b/gm, blank)
    .replace(/\bimport\.meta\b/g, '(0x00000)  ');
}

/** Where statements of a module begin, behind `'use strict'`; and what ends that, if nothing does. */
function beginningOf(text) {
  const space = /(?:\s|\/\/.*|\/\*[^]*?\*\/)*/y;
  const directive = /(?:'[^'\\\n]*'|"[^"\\\n]*")[ \t]*(;|(?=\n|\r|$))/y;
  let index = /^(?:#!.*)?/.exec(text)[0].length;
  if (index > 0) index += text[index] === '\n' ? 1 : 0;
  let start = '';
  for (let next = index; ;) {
    space.lastIndex = next;
    space.exec(text);
    directive.lastIndex = space.lastIndex;
    const match = directive.exec(text);
    if (!match) return { index, start };
    next = index = directive.lastIndex;
    start = match[1] ? '' : ';';
  }
}

function edited(text, edits) {
  return [...edits].sort((one, other) => other.index - one.index).reduce(
    (result, edit) => result.slice(0, edit.index) + edit.text + result.slice(edit.index + edit.length), text);
}

function escaped(text) {
  return text.replace(/[$.]/g, '\\$&');
}
