/** The cloud of a machine, as flags and environment say. */
import { expect, test } from "vitest";
import { readCloud } from "../../node/cli/cloud-place.ts";
import { readFlags } from "../../node/cli/flags.ts";
import { NODE_FLAGS } from "../../node/cli/node-flags.ts";

const ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const read = (args: readonly string[], env = {}) =>
	readCloud(readFlags(NODE_FLAGS, args, env), env);

test("without --cloud there is none; with it, its service is where it always is, unless the environment says otherwise", () => {
	expect(read([], { [ENDPOINT]: "http://[fd00:ec2::254]" })).toEqual({});
	const always = { kind: "ec2", endpoint: "http://169.254.169.254" };
	expect(read(["--cloud", "ec2"])).toEqual({ cloud: always });
	expect(read([], { HEARSAY_CLOUD: "ec2" })).toEqual({ cloud: always });
	const endpoint = "http://[fd00:ec2::254]";
	expect(read(["--cloud", "ec2"], { [ENDPOINT]: endpoint })).toEqual({
		cloud: { kind: "ec2", endpoint },
	});
});

test.each([
	[["--cloud", "gcp"], {}, '--cloud is "gcp"; give one of ec2.'],
	[["--cloud", "ec2"], { [ENDPOINT]: "10.0.0.1" }, `${ENDPOINT} is "10.0.0.1"`],
	[["--cloud", "ec2"], { [ENDPOINT]: "ftp://a" }, `${ENDPOINT} is "ftp://a"`],
])("%j with %j is refused", (args, env, why) => {
	expect(() => read(args, env)).toThrow(why);
});
