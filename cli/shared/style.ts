import type { Io, Output } from './io';

/** What begins and what ends a style on a terminal. */
const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Puts a style on a text. */
export type Paint = (style: keyof typeof STYLES, text: string) => string;

/**
 * Styles for a terminal whose user wants them.
 *
 * @param color what the option `--no-color` leaves; undefined counts as yes
 * @see https://no-color.org
 */
export function paintFor(output: Output, { env }: Io, color: boolean | undefined): Paint {
  const wanted = output.isTerminal && color !== false && !env.NO_COLOR && env.TERM !== 'dumb';
  if (!wanted) return (_, text) => text;
  return (style, text) => `\u001b[${STYLES[style][0]}m${text}\u001b[${STYLES[style][1]}m`;
}
