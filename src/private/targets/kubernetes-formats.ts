import { checkFormat, type Format } from '../formats';
import type { Problems } from '../validation';

/** A label of RFC 1123. */
export const NAMESPACE: Format = {
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  allowed: 'the name of a namespace: at most 63 lower-case letters, digits and hyphens',
  fix: 'write it such as \'ci\'',
};

const SUBDOMAIN = '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*';

/** A subdomain of RFC 1123. */
export const KUBERNETES_SECRET_NAME: Format = {
  pattern: new RegExp(`^(?=.{1,253}$)${SUBDOMAIN}$`),
  allowed: 'the name of a Secret: at most 253 lower-case letters, digits, hyphens and dots',
  fix: 'write it such as \'ecr-credentials\'',
};

/** @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
export const CLUSTER_NAME: Format = {
  pattern: /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/,
  allowed: 'the name of an EKS cluster',
  fix: 'take \'cluster.clusterName\'',
};

/** EKS keeps names that begin with `system:` for itself. */
export const ACCESS_GROUP: Format = {
  pattern: /^(?!system:)\S{1,100}$/,
  allowed: 'the name of a group, not beginning with system:, which EKS refuses',
  fix: 'choose one, such as \'ecr-credentials\', and name it in a RoleBinding',
};

const NAME = '[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?';

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const KEY: Format = {
  pattern: new RegExp(`^((?=[^/]{1,253}/)${SUBDOMAIN}/)?${NAME}$`),
  allowed: 'a key of at most 63 letters, digits, ., _ and -, which a domain and / may precede',
  fix: 'write it such as \'example.com/team\'',
};

const LABEL_VALUE: Format = {
  pattern: new RegExp(`^(${NAME})?$`),
  allowed: 'the value of a label: at most 63 letters, digits, ., _ and -',
  fix: 'make anything else an annotation',
};

/** Adds a problem for each label that Kubernetes refuses. */
export function checkLabels(problems: Problems, at: string, labels: Record<string, string> = {}): void {
  checkKeys(problems, at, labels);
  for (const [key, value] of Object.entries(labels)) checkFormat(problems, `${at}['${key}']`, value, LABEL_VALUE);
}

/** Adds a problem for each annotation that Kubernetes refuses. */
export function checkAnnotations(problems: Problems, at: string, annotations: Record<string, string> = {}): void {
  checkKeys(problems, at, annotations);
}

function checkKeys(problems: Problems, at: string, values: Record<string, string>): void {
  for (const key of Object.keys(values)) checkFormat(problems, `${at}['${key}']`, key, KEY);
}
