/** What CloudFormation has of resources, their properties and attributes, as AWS publishes it. */
export { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
