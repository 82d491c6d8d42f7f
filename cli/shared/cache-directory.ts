import { posix, win32 } from 'node:path';
import type { Io } from './io';

/** The folder for what can be had again; undefined if there is no place for one. */
export function cacheDirectory({ env, platform, homeDirectory }: Pick<Io, 'env' | 'platform' | 'homeDirectory'>): string | undefined {
  const { join } = platform === 'win32' ? win32 : posix;
  const named = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME;
  if (named) return join(named, 'ecr-ci');
  try {
    const home = (platform === 'win32' ? env.USERPROFILE : env.HOME) || homeDirectory();
    return platform === 'win32' ? join(home, 'AppData', 'Local', 'ecr-ci') : join(home, '.cache', 'ecr-ci');
  } catch {
    return undefined;
  }
}
