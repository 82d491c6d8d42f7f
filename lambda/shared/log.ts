/** Takes one line of the log. */
export type WriteLine = (line: string) => void;

/** Not console.log: its prefix would keep CloudWatch from seeing the metrics. */
export const writeToStdout: WriteLine = (line) => void process.stdout.write(`${line}\n`);

/** Writes a line of the log as JSON. */
export function log(write: WriteLine, level: 'INFO' | 'WARN' | 'ERROR', message: string, details: object = {}): void {
  write(JSON.stringify({ level, message, ...details }));
}
