/** Lines, each with its end. */
export function text(lines: string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** The lines that many spaces further in. */
export function indent(spaces: number, lines: string[]): string[] {
  return lines.map((line) => ' '.repeat(spaces) + line);
}
