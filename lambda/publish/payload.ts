import type { Dockercfg } from './dockercfg-source';
import { NothingToPublishError } from './errors';
import { digestOf, type Target } from './target-id';
import type { Payload } from './vendor';
import { formatOf } from '../shared/dockercfg/dockercfg';
import { NEVER, type Entry } from '../shared/dockercfg/entry';
import { keyOfHost } from '../shared/dockercfg/key';

/** What a target is sent, and what is missing of it. */
export interface Selection {
  readonly payload: Payload;
  /** Hosts that the target names and that have no valid entry. */
  readonly missing: readonly string[];
  /** Changes when the target has to be written again: with what is sent, and with how. */
  readonly digest: string;
}

/**
 * Takes from the dockercfg what a target is sent. An entry that is no longer valid is not sent again.
 *
 * @throws NothingToPublishError if nothing is left
 */
export function select(target: Target, { entries, versionId }: Dockercfg, now: number): Selection {
  // Docker Hub has several names and one entry.
  const wanted = target.hosts ? [...new Set(target.hosts.map(keyOfHost))] : [...entries.keys()];
  const valid = wanted.flatMap((host): [string, Entry][] => {
    const entry = entries.get(host);
    return entry && (entry.expiresAt === undefined || entry.expiresAt > now) ? [[host, entry]] : [];
  });
  const missing = wanted.filter((host) => !valid.some(([found]) => found === host));
  if (valid.length === 0) throw new NothingToPublishError(`the dockercfg has no valid entry for ${wanted.join(', ') || 'any registry'}`);
  const isOne = target.form === 'password' || target.form === 'login';
  if (isOne && valid.length > 1) {
    throw new NothingToPublishError(`the target takes one registry, and the dockercfg has ${valid.length}: name the host of one of them`);
  }
  const expiresAt = Math.min(...valid.map(([, entry]) => entry.expiresAt ?? NEVER));
  const content = contentOf(target, valid);
  return {
    payload: { ...content, hosts: valid.map(([host]) => host), expiresAt, versionId },
    missing,
    digest: digestOf([target.settings, target.form, content]),
  };
}

function contentOf({ form }: Target, valid: [string, Entry][]): Pick<Payload, 'text' | 'login'> {
  const json = () => formatOf('config.json', '').write(new Map(valid.map(([host, { auth }]) => [host, auth])));
  switch (form) {
    case 'config.json': return { text: json() };
    case 'base64': return { text: Buffer.from(json()).toString('base64') };
    case 'password': return { text: loginOf(valid[0]).password };
    case 'login': return { text: loginOf(valid[0]).password, login: loginOf(valid[0]) };
  }
}

function loginOf([host, { auth }]: [string, Entry]): NonNullable<Payload['login']> {
  const [username, ...password] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  return { host, username, password: password.join(':') };
}
