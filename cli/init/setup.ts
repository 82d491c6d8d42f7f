/** What a CI is told about the deployed stack. */
export interface CiSetup {
  readonly region: string;
  /** Host of the registry, without `https://`. */
  readonly registry: string;
  /** URI of the repository that the CI pushes to, without a tag. */
  readonly image: string;
  /** URI of its build cache, if there is one. */
  readonly buildCache?: string;
  readonly access: CiAccess;
}

/** By what the CI's jobs reach the registry. */
export type CiAccess =
  /** A role that they assume by their OIDC token. */
  | { readonly kind: 'role'; readonly roleArn: string }
  /** The access key of the CI's IAM user. */
  | { readonly kind: 'key'; readonly accessKeySecretArn: string }
  /** The dockercfg, read with an AWS identity that is not the stack's. */
  | { readonly kind: 'dockercfg'; readonly dockerConfigSecretArn: string };

/** A file of the user's repository. */
export interface CiFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** All that a CI needs: files to paste, and what is left to do by hand. */
export interface CiFiles {
  readonly files: CiFile[];
  /** Sentences without a final period, in their order. */
  readonly steps: string[];
}

/** Writes a CI's files. */
export type Renderer = (setup: CiSetup) => CiFiles;

/** The branch whose images are pushed. */
export const BRANCH = 'main';
