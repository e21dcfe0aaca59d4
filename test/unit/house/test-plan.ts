/** The rooms of the tests, as the plan has them: who judges, what only they need, and the tests themselves. */
import type { Dwelling } from "./plan.ts";

const ANY = ["*"];

export const TEST_ROOMS: readonly Dwelling[] = [
	{
		// Judges what the simulator and the chaos run have recorded.
		name: "checker",
		paths: ["test/checker/"],
		ours: ["protocol"],
		libraries: [],
		builtins: [],
	},
	{
		// Packages that a user never needs come in here, and nowhere else.
		name: "tools",
		paths: ["test/tools/"],
		ours: [],
		libraries: [
			"@aws-cdk/aws-service-spec",
			"@redocly/openapi-core",
			"ajv",
			"axe-core",
			"bullmq",
			"openapi-fetch",
			"openapi-typescript",
			"oxc-parser",
			"playwright-core",
			"yaml",
		],
		builtins: ["node:fs"],
	},
	{
		name: "test",
		paths: ["test/"],
		ours: ANY,
		libraries: ANY,
		builtins: ANY,
	},
];
