/** The credential helper of this package, without `docker-credential-`. */
export const OWN_HELPER = 'ecr-ci';
