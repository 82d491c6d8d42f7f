/** The files that a person pastes into a repository for its CI: a bundle of its own, because only `init` needs it. */
export { init } from './command';
export { CIS, type Ci } from './names';
export { setupOf, type OutputOptions } from './outputs';
export { RENDERERS } from './renderers';
export type { CiAccess, CiFile, CiFiles, CiSetup, Renderer } from './setup';
