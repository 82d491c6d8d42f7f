/* eslint-disable @typescript-eslint/no-require-imports -- a command loads what it needs, and no other does */

/** get, login, logout, status. */
export const secretCommands = (): typeof import('../secret') => require('../secret');
