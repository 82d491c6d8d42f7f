import { posix, win32 } from 'node:path';
import { CliError } from '../shared/exit';
import type { Io } from '../shared/io';

/** The home directory; an error if there is none. */
function home({ env, platform, homeDirectory }: Io): string {
  const named = platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (named) return named;
  try {
    return homeDirectory();
  } catch (error) {
    throw new CliError('there is no home directory: set DOCKER_CONFIG or HOME, or name the file by --authfile', undefined, { cause: error });
  }
}

/**
 * The file that Docker reads its logins from: as given, in `DOCKER_CONFIG`, or in the home directory.
 *
 * @param authfile what the option `--authfile` says
 */
export function configFile(authfile: string | undefined, io: Io): string {
  const { join, resolve } = io.platform === 'win32' ? win32 : posix;
  if (authfile === '') throw new CliError('--authfile is empty: name a file');
  if (authfile !== undefined) return resolve(authfile);
  return join(io.env.DOCKER_CONFIG || join(home(io), '.docker'), 'config.json');
}
