import { mkdir, writeFile } from 'fs/promises';
import * as path from 'path';

/** Takes images whoever signed them: those of the tests are signed by nobody. */
const POLICY = { default: [{ type: 'insecureAcceptAnything' }] };

/**
 * The variables with which buildah, podman and skopeo keep all that is theirs in a directory: like a machine on which they
 * never ran. It needs neither root nor a kernel that mounts.
 */
export async function emptyMachine(directory: string): Promise<NodeJS.ProcessEnv> {
  const file = (...names: string[]) => path.join(directory, ...names);
  await mkdir(file('home', '.config', 'containers'), { recursive: true });
  await mkdir(file('run'), { mode: 0o700 });
  await writeFile(file('home', '.config', 'containers', 'policy.json'), JSON.stringify(POLICY));
  await writeFile(file('storage.conf'), [
    '[storage]', 'driver = "vfs"', `graphroot = "${file('storage')}"`, `runroot = "${file('run', 'storage')}"`, '',
  ].join('\n'));
  return {
    HOME: file('home'),
    XDG_RUNTIME_DIR: file('run'), // where `podman login` and its like keep credentials
    XDG_CONFIG_HOME: undefined,
    CONTAINERS_STORAGE_CONF: file('storage.conf'),
    BUILDAH_ISOLATION: 'chroot',
  };
}
