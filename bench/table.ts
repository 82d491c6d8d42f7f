import { ratio, type Row } from './row';
import { summary } from './statistics';

const HEADINGS = ['measurement', 'unit', 'ours', 'theirs', 'ratio', 'goal', ''];

/** The rows for a terminal: columns side by side. */
export function plainTable(rows: Row[]): string {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
    .join('  ').trimEnd()).join('\n');
}

/** The rows in Markdown. */
export function markdownTable(rows: Row[]): string {
  const alignment = ['---', '---', '---:', '---:', '---:', '---:', '---'];
  return [HEADINGS, alignment, ...rows.map(cells)].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cells(row: Row): string[] {
  const goal = row.goal === undefined ? ['', ''] : [`≤ ${row.goal.toFixed(2)}`, isOver(row) ? 'over' : 'ok'];
  return [row.name, row.unit, summary(row.ours), summary(row.theirs), ratio(row).toFixed(2), ...goal];
}

/** Whether the ratio that is shown misses the goal. */
function isOver(row: Row): boolean {
  return row.goal !== undefined && Number(ratio(row).toFixed(2)) > row.goal;
}
