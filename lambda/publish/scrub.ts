import type { VendorPorts } from './vendor';

/** A text that is too short to be a credential would take letters out of words. */
const SHORTEST_SECRET = 6;

/**
 * An error as it was, with each secret in its message left out: whatever a vendor echoes, or a library quotes, is not
 * logged.
 */
export function scrubbed(error: unknown, secrets: Iterable<string>): unknown {
  if (!(error instanceof Error)) return error;
  let { message } = error;
  for (const secret of [...secrets].filter(({ length }) => length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length)) {
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      message = message.split(form).join('…');
    }
  }
  if (message === error.message) return error;
  return Object.assign(new Error(message), { name: error.name });
}

/** The same ports, which note each token that a vendor is shown. */
export function noting(secrets: Set<string>, ports: VendorPorts): VendorPorts {
  return {
    ...ports,
    secret: async (ref) => {
      const value = await ports.secret(ref);
      secrets.add(value);
      return value;
    },
  };
}
