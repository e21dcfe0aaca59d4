/**
 * `--cloud`: which cloud the machine belongs to, and where that answers questions about
 * it.
 */
import { METADATA_ENDPOINT } from "../cloud/instance-metadata.ts";
import { type CloudPlace, ConfigError } from "../options.ts";
import type { Environment, FlagValues } from "./flags.ts";
import type { NodeFlag } from "./node-flags.ts";
import { readChoice } from "./values.ts";

/** The variable that AWS's own tools read. */
const ENDPOINT_VARIABLE = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

/** The cloud that the flag names, and where it is asked. @throws ConfigError */
export function readCloud(
	flags: FlagValues<NodeFlag>,
	env: Environment,
): { readonly cloud?: CloudPlace } {
	const given = flags.text("cloud");
	if (given === undefined) return {};
	const kind = readChoice(given, ["ec2"] as const);
	const endpoint = env[ENDPOINT_VARIABLE] || METADATA_ENDPOINT;
	const url = URL.parse(endpoint);
	if (url?.protocol !== "http:" || url.search !== "" || url.hash !== "")
		throw new ConfigError(
			`${ENDPOINT_VARIABLE} is "${endpoint}"; give the URL of the metadata service, such as ${METADATA_ENDPOINT}.`,
		);
	return { cloud: { kind, endpoint } };
}
