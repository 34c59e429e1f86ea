const { bun, deno } = process.versions;

/** Whether this program runs in Node, or in Electron, which is one. Bun and Deno have the modules of Node, but not its insides. */
export const isNode = bun === undefined && deno === undefined;

/** What a driver's command `process.execPath` stands for: this Node, or else the one that is installed. */
export const NODE = isNode ? process.execPath : 'node';
