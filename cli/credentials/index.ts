/** The SDK's whole chain of credentials: profiles, SSO, web identity, containers, instances. */
export { defaultProvider } from '@aws-sdk/credential-provider-node';
