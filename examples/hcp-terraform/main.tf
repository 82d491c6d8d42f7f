terraform {
  cloud {
    organization = "myorg"
    workspaces {
      name = "myapp"
    }
  }
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

# The image that was pushed last, by its digest: what to put into a task, a function or a pod.
data "aws_ecr_image" "myapp" {
  repository_name = "myuser/myapp"
  most_recent     = true
}

output "image" {
  value = data.aws_ecr_image.myapp.image_uri
}
