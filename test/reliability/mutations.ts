import type { Mutation } from './model/mutant';

/** Mistakes that the refresher must not make: what it would do, and how its code would say it. */
export const MUTATIONS: Record<string, Mutation[]> = {
  // what is published
  'publishes a token that expires earlier than what is there': [
    { file: 'decide.ts', from: 'there.expiresAt > expiresAt!;', to: 'false;' },
  ],
  'publishes an expired entry again': [
    { file: 'decide.ts', from: 'if (there && isValid(there, now)) entries.set', to: 'if (there) entries.set' },
  ],
  'publishes a token that has expired already': [
    { file: 'refresh.ts', from: 'if (!entry || entry.expiresAt! > now) return', to: 'if (true) return' },
    { file: 'decide.ts', from: 'fresh && isValid(fresh, now) && ', to: 'fresh && ' },
  ],
  'publishes nothing when it has nothing': [
    { file: 'decide.ts', from: 'if (entries.size === 0) return false;', to: 'if (entries.size === 0) return true;' },
  ],
  'drops the entry of a registry that failed': [
    { file: 'decide.ts', from: 'if (current?.own) return current.entries;', to: 'if (current?.own) return new Map();' },
  ],
  'never publishes the fresh token': [
    { file: 'decide.ts', from: 'const all = new Map([...entries, ...better]);', to: 'const all = new Map(entries);' },
  ],
  'publishes the login from before a change': [
    { file: 'decide.ts', from: 'there?.expiresAt === NEVER && contended;', to: 'false;' },
  ],
  'fetches logins before it looks at the secret': [
    { file: 'refresh.ts', from: 'if (source.kind === \'login\') await looking;', to: '' },
  ],
  'never publishes a login that was changed': [
    { file: 'decide.ts', from: 'there?.expiresAt === NEVER && contended;', to: 'there?.expiresAt === NEVER;' },
  ],
  'goes on without a limit of size': [
    { file: '../shared/dockercfg/published.ts', from: 'return Buffer.byteLength(format.write(auths)) <= MOST_BYTES;', to: 'return true;' },
  ],
  'drops an entry for whose fresh one there is no room': [
    { file: 'decide.ts', from: 'if (there) entries.set(host, there);\n    else entries.delete(host);', to: 'entries.delete(host);' },
  ],
  // when it writes
  'writes each time': [
    { file: 'decide.ts', from: 'return !canWait && expiresAt! - there.expiresAt > REPEATED_DELIVERY_MS;', to: 'return true;' },
  ],
  'writes for a minute more': [
    { file: 'decide.ts', from: 'expiresAt! - there.expiresAt > REPEATED_DELIVERY_MS;', to: 'expiresAt! - there.expiresAt > 60_000;' },
  ],
  'writes again just after a version was written': [
    { file: 'decide.ts', from: 'const canWait = isRepeated &&', to: 'const canWait = false &&' },
  ],
  'waits with an entry that nearly expires': [
    { file: 'decide.ts', from: 'there.expiresAt - now > LONGEST_INTERVAL_MS', to: 'true' },
  ],
  'never writes a second time': [
    { file: 'decide.ts', from: 'return !canWait && expiresAt! - there.expiresAt > REPEATED_DELIVERY_MS;', to: 'return false;' },
  ],
  'ignores that it is forced': [
    { file: 'decide.ts', from: 'if (force || [', to: 'if ([' },
  ],
  'keeps what is better although it is forced': [
    { file: 'decide.ts', from: '(force || !isBetter(', to: '(!isBetter(' },
    { file: 'decide.ts', from: 'if (force || [', to: 'if ([' },
  ],
  'never drops the entry of a registry that is not asked for any more': [
    { file: 'decide.ts', from: 'if (force || [...current.entries.keys()].some((host) => !hosts.includes(host))) return true;', to: 'if (force) return true;' },
    { file: 'decide.ts', from: 'for (const host of hosts) {\n    const there', to: 'for (const host of new Set([...hosts, ...good.keys()])) {\n    const there' },
  ],
  // what it makes of a token
  'takes a token of another user': [
    { file: 'ecr-token.ts', from: 'if (user !== \'AWS\') throw', to: 'if (false) throw' },
  ],
  'takes a token without a password': [
    { file: 'ecr-token.ts', from: 'if (password.join(\':\') === \'\') throw', to: 'if (false) throw' },
  ],
  'takes a token for another host': [
    { file: 'ecr-token.ts', from: 'if (host !== source.endpoint) throw', to: 'if (false) throw' },
  ],
  'takes the first of two tokens': [
    { file: 'ecr-token.ts', from: 'if (!data || more.length > 0) throw', to: 'if (!data) throw' },
  ],
  'takes a token that does not say when it expires': [
    { file: 'ecr-token.ts', from: 'if (Number.isNaN(expiresAt)) throw', to: 'if (false) throw' },
  ],
  'believes that tokens live twelve hours': [
    { file: 'ecr-token.ts', from: 'const expiresAt = data.expiresAt?.getTime() ?? NaN;', to: 'const expiresAt = Date.parse(\'2026-01-01T00:00:00Z\') + 1e12;' },
  ],
  'takes a login without a password': [
    { file: 'login.ts', from: '|| value === \'\'', to: '' },
  ],
  'takes a login whose user has a colon': [
    { file: 'login.ts', from: 'if (user.includes(\':\')) throw', to: 'if (false) throw' },
  ],
  // many registries
  'lets one registry fail all': [
    { file: 'refresh.ts', from: '    } catch (error) {\n      const attempts', to: '    } catch (error) {\n      throw error;\n      const attempts' },
  ],
  'gives all registries the token of the first': [
    { file: 'refresh.ts', from: 'const entry = registry.source && answers.get(registry.source)!.entry;', to: 'const entry = registry.source && [...answers.values()][0].entry;' },
  ],
  'asks one region for the tokens of all': [
    { file: 'plan.ts', from: 'const key = JSON.stringify([region, roleArn]);', to: 'const key = JSON.stringify([]);' },
  ],
  'reports nobody who failed': [
    { file: 'refresh.ts', from: '...(why === undefined ? {} : { error: why }),', to: '' },
  ],
  'reports a version that it did not write': [
    { file: 'refresh.ts', from: 'bytes: sizeOf(version), written: false };', to: 'bytes: sizeOf(version), written: true };' },
  ],
  // what it knows of a version
  'takes the first expiry for that of every entry': [
    { file: '../shared/dockercfg/published.ts', from: 'if (format.many && ![...entries.values()].every(isTogether)) {', to: 'if (false) {' },
  ],
  'takes the last expiry for that of every entry': [
    { file: '../shared/dockercfg/published.ts', from: 'const first = Math.floor(Math.min(...known)', to: 'const first = Math.floor(Math.max(...known.filter((time) => time !== NEVER))' },
    { file: '../shared/dockercfg/published.ts', from: 'if (format.many && ![...entries.values()].every(isTogether)) {', to: 'if (false) {' },
  ],
  'mixes up the expiries of entries': [
    { file: '../shared/dockercfg/published.ts', from: 'seconds?.[index] ?? (', to: 'seconds?.[seconds.length - 1 - index] ?? (' },
  ],
  'counts entries as expiring together that do not': [
    { file: '../shared/dockercfg/published.ts', from: 'const TOGETHER_MS = 60_000;', to: 'const TOGETHER_MS = 12 * 3_600_000;' },
  ],
  'publishes what it notes of expiries as a registry': [
    { file: '../shared/dockercfg/published.ts', from: 'export const EXPIRY_HOST = \'expiry.cdk-ecr-ci.invalid\';', to: 'export const EXPIRY_HOST = \'expiry.example\';' },
  ],
  // what others write
  'forgets what it had written when somebody edits the secret': [
    { file: 'decide.ts', from: 'return new Map([...theirs, ...own]);', to: 'return new Map(theirs);' },
  ],
  'takes somebody\'s copy of an expired entry for theirs': [
    { file: 'decide.ts', from: 'return copied?.auth !== auth || isValid(copied, now);', to: 'return true;' },
  ],
  'overwrites what another run wrote': [
    { file: 'secret-store.ts', from: 'VersionStages: [NEXT],', to: 'VersionStages: [CURRENT],' },
  ],
  'does not look who wrote when it was not first': [
    { file: 'secret-store.ts', from: '      return false;\n', to: '      return true;\n' },
  ],
  'does not look again when it was not first': [
    { file: 'refresh.ts', from: 'await publish(run, await look(ports), ports, round + 1)', to: 'await publish(run, latest, ports, round + 1)' },
  ],
  'does not know its own version after a lost answer': [
    { file: 'secret-store.ts', from: 'if (currentId === version.versionId) return true;', to: 'if (currentId === version.versionId) throw error;' },
  ],
  // time
  'goes by the clock of the Lambda': [
    { file: 'refresh.ts', from: 'const skew = reading.time === undefined ? 0 : reading.time - now();', to: 'const skew = 0;' },
  ],
  'goes by the time of a look at the secret that is long over': [
    { file: 'refresh.ts', from: 'now: () => now() + skew };', to: 'now: () => reading.time ?? now() };' },
  ],
};
