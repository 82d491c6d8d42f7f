// aws-cdk-lib validates each template against CloudFormation's schema at synth, which costs seconds a process;
// the templates are checked once, by cfn-lint.
process.env.CDK_VALIDATION = 'false';
