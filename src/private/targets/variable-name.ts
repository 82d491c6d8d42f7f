import type { Format } from '../formats';

/** What a shell takes as the name of a variable. */
export const VARIABLE_NAME: Format = {
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  allowed: 'the name of a variable: letters, digits and _, not beginning with a digit',
  fix: 'leave it out for DOCKER_AUTH_CONFIG, which Docker reads',
};

/** A UUID as the vendors show it. */
export const UUID: Format = {
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  allowed: 'a UUID',
  fix: 'copy it from the URL of its page, or from the vendor\'s API',
};
