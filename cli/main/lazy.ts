/* eslint-disable @typescript-eslint/no-require-imports -- a command loads what it needs, and no other does */

/** get, login, logout, status. */
export const secretCommands = (): typeof import('../secret') => require('../secret');

/** get-password, refresh, doctor. */
export const awsCommands = (): typeof import('../aws') => require('../aws');

/** init. */
export const initCommand = (): typeof import('../init') => require('../init');

/** The shells' completion. */
export const completion = (): typeof import('../completion') => require('../completion');
