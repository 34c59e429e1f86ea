/** The lines of a block that is being typed. */
export class Block {
  #lines: string[] = [];
  #isOpen = false;

  /** Whether more lines are to come. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The whole code with this line at its end; a trailing backslash keeps it open. */
  add(line: string): string {
    this.#isOpen = line.endsWith('\\');
    this.#lines.push(this.#isOpen ? line.slice(0, -1) : line);
    return this.#lines.join('\n');
  }

  /** There is more to come after all. */
  reopen(): void {
    this.#isOpen = true;
  }

  /** The code so far, which nothing follows any more. */
  end(): string {
    const code = this.#lines.join('\n');
    this.clear();
    return code;
  }

  clear(): void {
    this.#lines = [];
    this.#isOpen = false;
  }
}
