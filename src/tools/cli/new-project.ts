import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { textOf } from '../../common/thrown.js';
import { driverTools } from '../driver-tools.js';
import { UsageError } from './exit-codes.js';
import type { NewOrder } from './orders.js';
import { ownSource } from './own-source.js';
import { folderOf, starterFiles } from './starter-files.js';

/** What is known of this package. */
export interface Manifest {
  readonly version: string;
  /** Its folder. */
  readonly root: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Makes a project to start from; resolves to what there is to say then. */
export async function newProject({ folder, lang, isTypeScript }: NewOrder, manifest: Manifest): Promise<string> {
  const { starter } = await driverTools(lang);
  if (starter === undefined) throw new UsageError(`there is no project to start from in ${lang}`);
  const { version, root, devDependencies } = manifest;
  const files = starterFiles({
    name: packageName(folder),
    lang,
    isTypeScript,
    starter,
    versions: {
      bond: ownSource(root, version, folder),
      typescript: devDependencies.typescript ?? '*',
      nodeTypes: devDependencies['@types/node'] ?? '*',
    },
  });
  write(folder, files);
  return `Made ${folder}: ${isTypeScript ? 'TypeScript' : 'JavaScript'} that calls ${folderOf(lang)}/${starter.file}.

  cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}
  npm install
  npm test
`;
}

function write(folder: string, files: ReadonlyMap<string, string>): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length > 0) throw new Error('it is not empty');
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text, { flag: 'wx' });
    }
  } catch (error) {
    throw new UsageError(`no project is made in ${folder}: ${textOf(error)}`);
  }
}

/** The name of a folder, as far as npm takes it for that of a package. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name || 'project';
}
