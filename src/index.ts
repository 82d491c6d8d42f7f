export * from './credentials/docker-access';
export * from './credentials/docker-credentials';
export * from './ecr-ci';
export * from './identity/ci-identity';
export * from './identity/ci-user';
