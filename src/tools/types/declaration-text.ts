// The pieces that a declaration file is written of.

const RESERVED =
  /^(?:arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

export function block(members: readonly string[]): string {
  if (members.length === 0) return '{}';
  return `{\n${members.map((member) => member.replace(/^(?=.)/gm, '  ')).join('\n')}\n}`;
}

/** A doc comment, with a line of its own behind it; nothing, if there is nothing to say. */
export function comment(text: string): string {
  if (text === '') return '';
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `/** ${lines[0]} */\n`;
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}

export function key(name: string): string {
  // A method that is called `new` would be a constructor.
  return /^(?!new$)[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name.replace(/['\\]/g, '\\$&')}'`;
}

/** Names for parameters, and for what comes behind them, that differ. */
export function labelsFor(names: readonly string[]): string[] {
  const labels: string[] = [];
  for (const name of names) {
    let label = parameterName(name);
    while (labels.includes(label)) label += '_';
    labels.push(label);
  }
  return labels;
}

export function parameterName(name: string): string {
  const plain = name.replace(/\W+/g, '_') || 'argument';
  return RESERVED.test(plain) || /^\d/.test(plain) ? `${plain}_` : plain;
}

export function capitalized(name: string): string {
  return name.replace(/(?:^|\W)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** How many lines of what a language says of something are taken over: numpy has pages, with examples. */
const MOST_LINES = 16;

export function beginningOf(text: string): string {
  const lines = text.split('\n');
  return lines.length <= MOST_LINES ? text : `${lines.slice(0, MOST_LINES).join('\n').trimEnd()}\n…`;
}

/** A text as a program writes it. */
export function quoted(text: string): string {
  return /['\n]/.test(text) ? JSON.stringify(text) : `'${text.replaceAll('\\', '\\\\')}'`;
}
