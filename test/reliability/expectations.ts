import { HOSTS, type Lab, type Trial } from './lab';

// Jest shows what it compares: no credential is ever compared, only what it was issued for.

/** Fails if a reader of the secret is worse off after the trial than before. */
export async function expectNeverWorse(lab: Lab, { before, after }: Trial): Promise<void> {
  if (!after) {
    expect(before === undefined).toBe(true);
    return;
  }
  expect(after.auths).toBeDefined();
  const now = Date.now();
  for (const [host, auth] of before?.auths ?? []) {
    const was = lab.issued.get(auth);
    if (!was || was.expiresAt <= now) continue; // somebody else's, or of no use any more
    expect(after.auths!.has(host) ? host : `nothing for ${host}`).toBe(host);
    expect(lab.issued.get(after.auths!.get(host)!)!.expiresAt).toBeGreaterThanOrEqual(was.expiresAt);
  }
  if (after.versionId === before?.versionId) return;
  for (const [host, auth] of after.auths!) {
    const token = lab.issued.get(auth);
    expect(token ? host : `an unknown credential for ${host}`).toBe(host);
    expect(token!.hosts).toContain(host);
    expect(token!.expiresAt).toBeGreaterThan(now);
    if (host.includes('.dkr.ecr.')) expect(await lab.isAccepted(host, auth) ? host : `${host} refuses it`).toBe(host);
  }
}

/** The hosts whose entry lives at least 11 hours, or for ever: those that the last run refreshed. */
export function freshHosts(lab: Lab, { after }: Trial): string[] {
  const elevenHours = Date.now() + 11 * 3600_000;
  return HOSTS.filter((host) => (lab.issued.get(after?.auths?.get(host) ?? '')?.expiresAt ?? 0) > elevenHours);
}

/** Fails if a credential, or a part of one of eight characters or more, is in a text. */
export function expectNoSecrets(secrets: readonly string[], texts: readonly string[]): void {
  const LENGTH = 8;
  const parts = new Set<string>();
  for (const secret of secrets) {
    for (let at = 0; at + LENGTH <= secret.length; at++) parts.add(secret.slice(at, at + LENGTH));
  }
  for (const text of texts) {
    for (let at = 0; at + LENGTH <= text.length; at++) {
      // the text is not quoted: it holds a credential
      if (parts.has(text.slice(at, at + LENGTH))) throw new Error(`a text of ${text.length} characters holds a part of a credential, at ${at}`);
    }
  }
}
