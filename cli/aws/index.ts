/** The commands that use more of AWS than Secrets Manager: a bundle of its own, so that the others start faster. */
export { secretOfStack } from './stack';
