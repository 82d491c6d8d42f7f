import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** A command of the document, as a person would paste it. */
export interface Command {
  readonly script: string;
  /** What its comment says that it does, such as `pull`. */
  readonly label?: string;
}

const DOCUMENT = readFileSync(path.join(__dirname, '..', '..', 'docs', 'clients.md'), 'utf8');

/** The commands in the console blocks below a heading, and above the next. */
export function commandsOf(heading: string): Command[] {
  const section = new RegExp(`^#+ \`?${heading}\`?\n([^]*?)(?=^#|$(?![^]))`, 'm').exec(DOCUMENT)?.[1];
  if (section === undefined) throw new Error(`docs/clients.md has no heading '${heading}'`);
  return [...section.matchAll(/^```console\n([^]*?)^```/gm)]
    .flatMap(([, block]) => block.split(/^\$ /m).slice(1))
    .map((script) => ({ script, label: /\s# (.+)\n$/.exec(script)?.[1] }));
}

/** The commands of a heading that have this label, as one script. */
export function scriptOf(heading: string, label: string): string {
  const commands = commandsOf(heading).filter((command) => command.label === label);
  if (commands.length === 0) throw new Error(`docs/clients.md has no command '# ${label}' below '${heading}'`);
  return commands.map(({ script }) => script).join('');
}

/** The cells of the table which way goes for which client: what it says, by client and way. */
export function waysOfClients(): { client: string; way: string; says: string }[] {
  const [head, , ...rows] = /^\| Client \|[^]*?\n\n/m.exec(DOCUMENT)![0].trim().split('\n')
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  return rows.flatMap(([client, ...cells]) => cells.map((says, index) => ({
    client: /^\[(.+)\]/.exec(client)![1], way: head[index + 1].replace(/`/g, ''), says,
  })));
}
