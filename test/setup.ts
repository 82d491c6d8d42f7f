// The Lambda runs on Node 24; the SDK's warning about the Node that runs the tests says nothing about it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
// A deprecated API of aws-cdk-lib must not be called.
process.env.JSII_DEPRECATED = 'fail';
