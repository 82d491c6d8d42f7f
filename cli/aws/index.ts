/** The commands that use more of AWS than Secrets Manager: a bundle of its own, so that the others start faster. */
export { doctor } from './doctor';
export { generate } from './generate';
export { passwordOfEcr } from './get-password';
export { refresh } from './refresh';
export { outputsOfStack, secretOfStack } from './stack';
