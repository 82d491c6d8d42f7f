/** What `ecr-ci help` says: written here too, because most of its time would go into putting it together. */
export const HELP = `Usage: ecr-ci [options] [command]

Amazon ECR for CI systems: use the dockercfg that the construct library keeps
fresh.

Options:
  -V, --version                    output the version number
  --region <region>                AWS region (default: that of the ARN, the
                                   environment or the profile)
  --profile <name>                 AWS profile
  --json                           write JSON
  --no-color                       write no colours (they are for terminals
                                   only, and not if $NO_COLOR is set)
  -h, --help                       display help for command

Commands:
  login [options] [secret]         put the dockercfg into the file that Docker
                                   reads its logins from
  logout [options] [secret]        take the entries out again
  get [options] [secret]           write the dockercfg, or a part of it, to
                                   stdout
  get-password [options] [secret]  write a password: of the secret if one is
                                   named, else of ECR for the AWS identity
  status [options] [secret]        show how long the credentials last, when they
                                   were refreshed, and the versions
  refresh [options]                run the refresher now, and wait for it
  doctor [options] <image>         find out why a pull or a push is denied, and
                                   how to mend it
  init [options] <ci>              write the files with which a CI builds an
                                   image and pushes it to a deployed stack
  generate [path]                  write a dockercfg for the keys in the
                                   environment, in place of
                                   codeship/aws-ecr-dockercfg-generator
  completion <shell>               write the script with which a shell completes
                                   the commands
  help [command]                   display help for command

Exit codes:
  0  done
  1  status: the credentials expire soon; doctor: a cause was found; generate: it failed
  2  the credentials are expired or missing
  3  anything else failed: usage, AWS identity, permission, network, file

Documentation: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/cli.md
`;
