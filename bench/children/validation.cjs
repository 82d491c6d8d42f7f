// aws-cdk-lib runs a CloudFormation validation at the end of each synth. Newer versions turn it off for
// CDK_VALIDATION=false; 2.262.0, which this package builds against, has no switch, so it is replaced.
const { CloudFormationValidatePlugin: Plugin } = require('aws-cdk-lib');

/** Leaves the validation on or turns it off; gives a function that says how often it was called. */
exports.setValidation = function setValidation(isOn) {
  let calls = 0;
  if (isOn) {
    const { validate } = Plugin.prototype;
    Plugin.prototype.validate = function (...args) {
      calls++;
      return validate.apply(this, args);
    };
    return () => calls;
  }
  // In its place, because making the real one starts its engine, which alone takes more than a second.
  Plugin._singletonInstance = () => ({
    name: Plugin.PLUGIN_NAME,
    validate: () => {
      calls++;
      return { success: true, violations: [] };
    },
  });
  return () => calls;
};
