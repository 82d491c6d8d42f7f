const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const;

/** What the demo prints: titles with the time since its start, and what belongs to each. */
export class Screen {
  private readonly startedAt = Date.now();
  private readonly coloured = process.stdout.isTTY && !process.env.NO_COLOR;

  public title(text: string): void {
    const seconds = ((Date.now() - this.startedAt) / 1000).toFixed(1).padStart(5);
    console.log(`\n${this.paint('dim', `${seconds} s`)}  ${this.paint('bold', text)}`);
  }

  public line(text: string): void {
    console.log(`         ${text}`);
  }

  public detail(text: string): void {
    this.line(this.paint('dim', text));
  }

  public good(text: string): void {
    this.line(`${this.paint('green', '✔')} ${text}`);
  }

  public failed(text: string): void {
    console.error(`\n${this.paint('red', '✖')} ${text}`);
  }

  private paint(colour: keyof typeof COLOURS, text: string): string {
    return this.coloured ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }
}

/** A dockercfg that can be shown: each auth is replaced by its length. */
export function masked(dockercfg: string): string {
  return JSON.stringify(JSON.parse(dockercfg), (key, value) => (key === 'auth' ? `**** (${value.length} characters)` : value));
}

/** Such as `11 h 59 min 58 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min ${seconds % 60} s`;
}
