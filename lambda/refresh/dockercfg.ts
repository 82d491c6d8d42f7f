/** Hosts of a dockercfg and their `auth` strings: `base64(user:password)`. */
export type Auths = ReadonlyMap<string, string>;

/**
 * Writes a dockercfg: bare host keys with `auth` and nothing else, which is what every client takes.
 *
 * Docker refuses more than that in `DOCKER_AUTH_CONFIG`.
 */
export function formatDockercfg(auths: Auths): string {
  const hosts = [...auths.keys()].sort();
  return JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, { auth: auths.get(host) }])) });
}

/** Reads what `formatDockercfg` wrote; undefined if the text is anything else. */
export function parseDockercfg(text: string): Auths | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !isRecord(value.auths)) return undefined;
  const auths = new Map<string, string>();
  for (const [host, entry] of Object.entries(value.auths)) {
    if (!isRecord(entry) || typeof entry.auth !== 'string' || entry.auth === '') return undefined;
    auths.set(host, entry.auth);
  }
  // Anything beside what we write was put there by somebody else.
  return formatDockercfg(auths) === text ? auths : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
