// The resources of the synth benchmark as this package defines them.
const { CiRepository, CiUser } = require('../../lib');

exports.define = function define(stackOf, repositories) {
  const user = new CiUser(stackOf(0), 'User');
  for (let index = 0; index < repositories; index++) {
    const repository = new CiRepository(stackOf(index), `Repository${index}`, { repositoryName: `myuser/app${index}` });
    repository.grantPullPush(user);
  }
};
