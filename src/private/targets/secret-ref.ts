import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { SecretRef } from '../target-contract';
import type { Problems } from '../validation';

/** Lets the publisher read what a vendor wants to see, and says where it is. */
export function secretRef(secret: secretsmanager.ISecret, jsonKey: string | undefined, publisher: iam.IGrantable): SecretRef {
  secret.grantRead(publisher);
  return { secretArn: secret.secretFullArn ?? secret.secretArn, ...jsonKey === undefined ? {} : { jsonKey } };
}

/** Adds a problem for a key of a secret's JSON that is none. */
export function checkJsonKey(problems: Problems, property: string, jsonKey: string | undefined): void {
  problems.unless(property, jsonKey, (key) => key !== '', 'a key of the secret\'s JSON', 'leave it out if the secret\'s whole value is meant');
}
