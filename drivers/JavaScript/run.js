// biome-ignore-all lint/style/useNodejsImportProtocol: Node 12 does not know it
// biome-ignore-all lint/complexity/useOptionalChain: the same
// Runs a file as the interpreter itself would, for `bond run`.

(() => {
  const OFTEN = 20; // ms

  /** Runs the file at a path; or, where the file is elsewhere, returns the block that it is. */
  function _BOND_run_file(path, text, args) {
    process.argv = [process.execPath, ...args];
    if (text !== null) {
      process.argv.splice(1, 0, require('path').resolve(path));
      return text.replace(/^#!.*/, '');
    }
    const before = resources();
    // It waits for the top level of an ES module, which Node itself does not where that is the main module.
    return Promise.resolve(_BOND_load(path, [])).then(() => untilIdle(before));
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
