/** The commands that change a config file: a bundle of its own, because the others need not know its format. */
export { login } from '../secret/login';
export { logout } from '../secret/logout';
