// Some loaders load a file twice in one program: `tsx` turns what `require` finds into CommonJS, but leaves `import()` to Node. The classes of
// one copy are unknown to the other, so `kwargs(…)` would be no Kwargs, and no error a RemoteException. So the file that all
// others import exports what its first copy has made.

import { createHash } from 'node:crypto';

/** The code of a module whose later copies export what the first one exports. No export of it may ever be reassigned. */
export function oneCopy(code: string): string {
  const names = new Map<string, string>(); // by the exported names
  const rest = code.replace(/export \{([^}]*)\};/g, (_, list: string) => {
    for (const item of list.split(',')) {
      const [local = '', exported = local] = item.trim().split(' as ');
      names.set(exported, local);
    }
    return '';
  });
  checkConstant(rest, [...names.values()]);
  const key = `bond ${createHash('sha256').update(code).digest('hex').slice(0, 16)}`;
  const exported = [...names.keys()];
  return `${rest.trimEnd()}
const ofThis = {
${[...names].map(([name, local]) => `\t${name}: ${local},`).join('\n')}
};
const keyOfFirst = globalThis.Symbol.for(${JSON.stringify(key)});
const ofFirst = globalThis[keyOfFirst] ?? ofThis;
if (ofFirst === ofThis) globalThis.Object.defineProperty(globalThis, keyOfFirst, { value: ofThis });
const {
${exported.map((name) => `\t${name}: first_${name},`).join('\n')}
} = ofFirst;
export { ${exported.map((name) => `first_${name} as ${name}`).join(', ')} };
`;
}

function checkConstant(code: string, names: readonly string[]): void {
  const wrong = names.filter((name) => new RegExp(`^let ${name.replaceAll('$', '\\$')}\\b`, 'm').test(code));
  if (wrong.length > 0) throw new Error(`exports that may change cannot be shared by copies: ${wrong.join(', ')}`);
}
