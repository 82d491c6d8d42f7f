/** The commands that need no more of AWS than Secrets Manager: a bundle of its own, because they are called most. */
export { get } from './get';
export { login } from './login';
export { logout } from './logout';
export { fetchSecret } from './read';
