// The resources of the synth benchmark as this package defines them.
const { CiRepository, CiUser } = require('../../lib');

exports.define = function define(stack, repositories) {
  const user = new CiUser(stack, 'User');
  for (let index = 0; index < repositories; index++) {
    const repository = new CiRepository(stack, `Repository${index}`, { repositoryName: `myuser/app${index}` });
    repository.grantPullPush(user);
  }
};
