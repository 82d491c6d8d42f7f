/* eslint-disable @typescript-eslint/no-require-imports -- a command loads what it needs, and no other does */

/** login, logout. */
export const loginCommands = (): typeof import('../login') => require('../login');

/** get, get-password of a secret, status. */
export const secretCommands = (): typeof import('../secret') => require('../secret');

/** get-password, refresh, doctor. */
export const awsCommands = (): typeof import('../aws') => require('../aws');

/** init. */
export const initCommand = (): typeof import('../init') => require('../init');

/** The shells' completion. */
export const completion = (): typeof import('../completion') => require('../completion');
