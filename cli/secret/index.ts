/** The commands that need no more of AWS than Secrets Manager: a bundle of its own, because they are called most. */
export { get } from './get';
export { passwordOfSecret } from './get-password';
export { readEntries } from './entries';
export { status } from './status';
