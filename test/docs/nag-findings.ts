/** What it finds besides where the credentials have targets. */
export const NAG_TARGET_FINDINGS: Record<string, string> = {
  'AwsSolutions-DDB3 Ci/Credentials/Publisher/Targets': 'what the table holds is made anew by the next deploy and the next refresh',
};

/** Every finding of cdk-nag's AwsSolutions pack in `EcrCi` that is left, and why it is. Users meet the same. */
export const NAG_FINDINGS: Record<string, string> = {
  'AwsSolutions-IAM5[Resource::*] Ci/Credentials/Role/DefaultPolicy': 'ecr:GetAuthorizationToken can only be allowed on the resource *',
  'AwsSolutions-IAM5[Resource::*] Ci/User/Policy1': 'ecr:GetAuthorizationToken can only be allowed on the resource *',
  'AwsSolutions-IAM5[Resource::<CiCredentialsFunction.Arn>:*] SchedulerRoleForTarget/DefaultPolicy': 'aws-cdk-lib lets a schedule invoke the function and its versions',
  'AwsSolutions-SMG4 Ci/Credentials/Secret': 'the refresher renews the value every three hours; Secrets Manager\'s own rotation is not used for it',
  'AwsSolutions-SMG4 Ci/User/AccessKeySecret': 'the access key is not rotated unless \'keyRotation\' is given; prefer an identity without a key where the CI can have one',
};
