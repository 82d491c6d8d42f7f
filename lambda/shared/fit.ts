/** As much of a text as takes no more than that many bytes in JSON, where a character may be several of them. */
export function fit(text: string, bytes: number): string {
  const sizeOf = (part: string) => Buffer.byteLength(JSON.stringify(part)) - 2;
  if (sizeOf(text) <= bytes) return text;
  let kept = '';
  let left = bytes - sizeOf('…');
  for (const character of text) {
    left -= sizeOf(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}…`;
}
