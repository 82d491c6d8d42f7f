/** What the app's trusts and the tests' tokens have to agree on. */
export const ORGANIZATION_UUID = '11111111-2222-3333-4444-555555555555';
export const PROJECT_UUID = '66666666-7777-8888-9999-000000000000';
export const REPOSITORY_UUID = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
export const ENVIRONMENT_UUID = 'abababab-cdcd-efef-abab-cdcdcdcdcdcd';
export const ACCOUNT_ID = '5f30ebd30312313ae7f17948';
export const PIPELINE_ID = '64de5cd47626b3ca134e760a';
