import { readDockercfg } from '../../../lambda/publish/dockercfg-source';
import { RateLimitedError } from '../../../lambda/publish/errors';
import { createHandler } from '../../../lambda/publish/handler';
import { Pace } from '../../../lambda/publish/pace';
import { PublishQueue } from '../../../lambda/publish/queue';
import { TargetStore } from '../../../lambda/publish/target-store';
import { loadFrom, type Mutation } from '../model/mutant';

/** The publisher's own code, or a copy of it with a mistake. */
export interface Publisher {
  readonly createHandler: typeof createHandler;
  readonly readDockercfg: typeof readDockercfg;
  readonly RateLimitedError: typeof RateLimitedError;
  readonly Pace: typeof Pace;
  readonly PublishQueue: typeof PublishQueue;
  readonly TargetStore: typeof TargetStore;
}

export const PUBLISHER: Publisher = { createHandler, readDockercfg, RateLimitedError, Pace, PublishQueue, TargetStore };

/** The publisher's code with mistakes, apart from the one that is loaded. */
export function loadPublisher(mutations: readonly Mutation[]): Publisher {
  return loadFrom('publish', mutations, (load) => ({
    createHandler: load('handler').createHandler,
    readDockercfg: load('dockercfg-source').readDockercfg,
    RateLimitedError: load('errors').RateLimitedError,
    Pace: load('pace').Pace,
    PublishQueue: load('queue').PublishQueue,
    TargetStore: load('target-store').TargetStore,
  }));
}
