import type { SecretFormat } from '../../../src/private/contract';

/** Hosts and their `auth` strings: `base64(user:password)`. */
export type Auths = ReadonlyMap<string, string>;

/** How credentials are written to a secret. */
export interface Format {
  /** Whether more than one host has a place in it. */
  readonly many: boolean;
  readonly write: (auths: Auths) => string;
  /** Reads exactly what `write` wrote; undefined if the text is anything else. */
  readonly read: (text: string) => Auths | undefined;
  /** The entries of a text that somebody else wrote, as far as clients would find any. */
  readonly salvage: (text: string) => Auths;
}

/**
 * The format of that name.
 *
 * @param host the registry, for a format that does not name it
 */
export function formatOf(name: SecretFormat, host: string): Format {
  switch (name) {
    case 'config.json': return configJson((map) => ({ auths: map }), (value) => value.auths);
    case 'dockercfg': return configJson((map) => map, (value) => value);
    case 'password': return passwordOf(host);
  }
}

/**
 * A JSON object of bare hosts with `auth` and nothing else, which is what every client takes: Docker refuses more than
 * that in `DOCKER_AUTH_CONFIG`.
 */
function configJson(wrap: (map: object) => object, unwrap: (value: Record<string, unknown>) => unknown): Format {
  const write = (auths: Auths): string => {
    const hosts = [...auths.keys()].sort();
    return JSON.stringify(wrap(Object.fromEntries(hosts.map((host) => [host, { auth: auths.get(host) }]))));
  };
  const salvage = (text: string): Auths => {
    const value = parse(text);
    const map = isRecord(value) ? unwrap(value) : undefined;
    const entries = Object.entries(isRecord(map) ? map : {});
    return new Map(entries.flatMap(([host, entry]) => (isRecord(entry) && isAuth(entry.auth) ? [[host, entry.auth]] : [])));
  };
  return {
    many: true,
    write,
    salvage,
    read: (text) => {
      const auths = salvage(text);
      // Anything beside what we write was put there by somebody else.
      return write(auths) === text ? auths : undefined;
    },
  };
}

/** Nothing but the password of ECR's user. */
function passwordOf(host: string): Format {
  return {
    many: false,
    write: (auths) => Buffer.from(auths.get(host)!, 'base64').toString('utf8').slice('AWS:'.length),
    read: (text) => new Map([[host, Buffer.from(`AWS:${text}`).toString('base64')]]),
    // Whatever it is, nobody can tell whether it is a password.
    salvage: () => new Map(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAuth(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
