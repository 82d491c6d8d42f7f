/** What `status` needs of the table of the targets: a bundle of its own, because most credentials have none. */
export { readTargets } from './read-targets';
