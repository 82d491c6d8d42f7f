import { CliError } from '../shared/exit';
import { ecrHost, type EcrHost } from '../shared/host';

/** An image in ECR. */
export interface Image extends EcrHost {
  readonly host: string;
  readonly repository: string;
  /** A tag, or a digest. */
  readonly reference: string;
  readonly isDigest: boolean;
}

/** Reads `HOST/REPOSITORY[:TAG][@DIGEST]`. */
export function parseImage(text: string): Image {
  const match = /^([^/]+)\/([a-z0-9][a-z0-9._/-]*?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text);
  const registry = match && ecrHost(match[1]);
  if (!match || !registry) {
    throw new CliError(`IMAGE must be an image in ECR, got: '${text}'; write it such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/myuser/myapp:latest`);
  }
  const [, host, repository, tag = 'latest', digest] = match;
  return { ...registry, host, repository, reference: digest ?? tag, isDigest: digest !== undefined };
}
