import type { Mutation } from '../model/mutant';

/** Mistakes that the publisher must not make: what it would do, and how its code would say it. */
export const PUBLISH_MUTATIONS: Record<string, Mutation[]> = {
  // who is at work
  'does not ask whether somebody is at work on a target': [
    { file: 'target-store.ts', from: '(attribute_not_exists(leaseUntil) OR leaseUntil < :now OR leaseOwner = :owner)', to: 'attribute_exists(spec)' },
  ],
  'has a lease that ends before its Lambda': [
    { file: 'publish-target.ts', from: 'export const LEASE_MS = (PUBLISH_TIMEOUT_SECONDS + 20) * 1000;', to: 'export const LEASE_MS = 10_000;' },
  ],
  'never lets a lease end': [
    { file: 'target-store.ts', from: 'OR leaseUntil < :now', to: '' },
  ],
  'keeps a target after its work': [
    { file: 'target-store.ts', from: '[...dropped, \'leaseOwner\', \'leaseUntil\']', to: '[...dropped, \'leaseUnused\']' },
  ],
  'takes a message for done while somebody else is at work on its target': [
    { file: 'batch.ts', from: 'case \'busy\': case \'failed\': return false;', to: 'case \'busy\': return true;\n    case \'failed\': return false;' },
  ],
  'brings a target back that was removed': [
    { file: 'target-store.ts', from: 'attribute_exists(spec) AND (', to: '(' },
  ],
  // what is sent
  'reads the dockercfg before it has the target': [
    { file: 'publish-target.ts', from: 'const owner = ports.newOwner();', to: 'const early = await ports.dockercfg().catch(() => undefined);\n  if (early) ports = { ...ports, dockercfg: async () => early };\n  const owner = ports.newOwner();' },
    { file: 'publish-target.ts', from: 'if (state.writtenAt !== undefined && writtenAt < state.writtenAt) return', to: 'if (false) return' },
  ],
  'sends an older version in the place of a newer one': [
    { file: 'publish-target.ts', from: 'if (state.writtenAt !== undefined && writtenAt < state.writtenAt) return', to: 'if (false) return' },
  ],
  'takes an old version for the end of the matter': [
    { file: 'batch.ts', from: 'return received >= MOST_RECEIVES;', to: 'return true;' },
    { file: 'publish-target.ts', from: 'return { kind: \'outdated\', target, state } as const;', to: 'return { kind: \'outdated\', target, state: { ...state, digest: undefined, writtenAt } } as const;' },
  ],
  'forgets that a vendor may have taken what it gave no answer to': [
    { file: 'publish-target.ts', from: '{ digest: undefined, writtenAt: notes.askedFor };', to: '{};' },
  ],
  'writes although nothing changed': [
    { file: 'publish-target.ts', from: 'if (state.digest === digest) {', to: 'if (false) {' },
  ],
  'never writes a second time': [
    { file: 'publish-target.ts', from: 'if (state.digest === digest) {', to: 'if (state.digest !== undefined) {' },
  ],
  'does not see that a target is to be treated otherwise': [
    { file: 'payload.ts', from: 'digestOf([target.settings, target.form, content])', to: 'digestOf([target.form, content])' },
  ],
  // what is recorded
  'records what it did not do': [
    { file: 'publish-target.ts', from: 'state: { ...state, ...doubt, placeAt,', to: 'state: { ...state, digest: \'done\', writtenAt: notes.askedFor, placeAt,' },
    { file: 'publish-target.ts', from: 'if (state.digest === digest) {', to: 'if (state.digest === digest || state.digest === \'done\') {' },
  ],
  'does not record what it did': [
    { file: 'publish-target.ts', from: 'await ports.store.release(id, owner, outcome.state);', to: 'await ports.store.release(id, owner, state);' },
  ],
  'keeps telling of a failure that is over': [
    { file: 'publish-target.ts', from: 'state: { ...known, publishedAt: ports.now(), tokenExpiresAt } } as const;', to: 'state: { ...known, failedAt: state.failedAt, failure: state.failure, publishedAt: ports.now(), tokenExpiresAt } } as const;' },
  ],
  'takes a message for done whose target failed': [
    { file: 'batch.ts', from: 'case \'busy\': case \'failed\': return false;', to: 'case \'busy\': return false;\n    case \'failed\': return true;' },
  ],
  // many targets
  'lets one target fail all of a batch': [
    { file: 'batch.ts', from: 'return { batchItemFailures: failed.flat() };', to: 'return { batchItemFailures: failed.flat().length > 0 ? Records.map(({ messageId }) => ({ itemIdentifier: messageId })) : [] };' },
  ],
  'stops at the first message that fails': [
    { file: 'batch.ts', from: 'return [{ itemIdentifier: record.messageId }];', to: 'return Records.slice(Records.indexOf(record)).map(({ messageId }) => ({ itemIdentifier: messageId }));' },
  ],
  'tells the first targets only': [
    { file: 'batch.ts', from: 'await queue.send(targets.map(', to: 'await queue.send(targets.slice(0, 2).map(' },
  ],
  'takes what SQS did not take for sent': [
    { file: 'batch.ts', from: 'await queue.send(targets.map(({ target }) => ({ message: { publish: \'target\', target: target.id } })));', to: 'await queue.send(targets.map(({ target }) => ({ message: { publish: \'target\', target: target.id } }))).catch(() => undefined);' },
  ],
  // the pace
  'keeps no pace': [
    { file: 'pace.ts', from: 'const at = Math.max(now, blockedUntil, before + limit.spacingMs, due - (limit.burst - 1) * distance);', to: 'const at = now;' },
  ],
  'gives two the same place': [
    { file: 'pace.ts', from: 'ConditionExpression: \'due = :due AND #last = :last AND blockedUntil = :until\'', to: 'ConditionExpression: \'attribute_exists(pk)\'' },
    { file: 'pace.ts', from: 'this.turns.set(limit.key, turn);', to: '' },
  ],
  'uses a place at any later time': [
    { file: 'publish-target.ts', from: 'now() <= placeAt + LATE_MS', to: 'true' },
  ],
  'keeps a place after its use': [
    { file: 'publish-target.ts', from: 'const placeAt = isDenied(thrown) ? notes.placeAt : undefined;', to: 'const placeAt = notes.placeAt;' },
    { file: 'publish-target.ts', from: 'const LATE_MS = 60_000;', to: 'const LATE_MS = 3_600_000;' },
  ],
  'forgets a target that a rate limit puts off': [
    { file: 'batch.ts', from: 'await ports.queue.send([{ message: { publish: \'target\', target }, at: outcome.at }]);', to: '' },
  ],
  // deploys
  'forgets at deploy what it did not get to': [
    { file: 'publish-run.ts', from: 'kind !== \'published\' && kind !== \'unchanged\' && kind !== \'gone\'', to: 'kind === \'gone\'' },
  ],
  'keeps targets that are gone': [
    { file: 'remove-target.ts', from: 'await mapBounded(targets, AT_ONCE, ({ id }) => ports.store.delete(id));', to: '' },
  ],
  'still relies on what it took away': [
    { file: 'remove-target.ts', from: 'await ports.store.doubt(target.id);', to: '' },
  ],
  'empties the targets that stay': [
    { file: 'registration.ts', from: 'before.filter(({ id }) => !targets.has(id))', to: 'before' },
  ],
  'forgets what is known of a target that a deploy changes': [
    { file: 'target-store.ts', from: 'UpdateExpression: \'SET spec = :spec\',', to: 'UpdateExpression: \'SET spec = :spec REMOVE digest\',' },
  ],
};
