// biome-ignore-all lint/style/useNodejsImportProtocol: Node 12 does not know it
// biome-ignore-all lint/complexity/useOptionalChain: the same
// Runs a file as the interpreter itself would, for `bond run`.

(() => {
  const OFTEN = 20; // ms

  /** Runs the file at a path; or, where the file is elsewhere, returns the block that it is. */
  function _BOND_run_file(path, text, args) {
    process.argv = [process.execPath, require('path').resolve(path), ...args];
    if (text !== null) return text.replace(/^#!.*/, '');
    const before = resources();
    return _BOND_load(process.argv[1]).then(() => untilIdle(before));
  }

  /** As the main module, in whichever system of modules it is written. */
  async function _BOND_load(path) {
    try {
      require('module')._load(path, null, true);
    } catch (error) {
      const isOther = /^ERR_REQUIRE_(?:ESM|ASYNC_MODULE)$/.test(error && error.code);
      if (
        !isOther &&
        !(
          error instanceof SyntaxError &&
          /import statement|Unexpected token '?export|import\.meta|await is only valid/.test(error.message)
        )
      )
        throw error;
      await import(require('url').pathToFileURL(path).href);
    }
  }

  /** Waits until nothing of the program's keeps it alive: no timer, no server. */
  function untilIdle(before) {
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (resources() > before) return;
        clearInterval(timer);
        resolve();
      }, OFTEN);
      timer.unref();
    });
  }

  /** How many things keep this process alive. Node before 17.3 does not say. */
  function resources() {
    return process.getActiveResourcesInfo ? process.getActiveResourcesInfo().length : 0;
  }

  Object.defineProperty(globalThis, '_BOND_run_file', { value: _BOND_run_file, configurable: true, writable: true });
})();
