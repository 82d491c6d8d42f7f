/** The commands, with what reads the command line: a bundle of its own, because help is known without. */
export { run } from '../main/run';
