/**
 * What a linter has against a description of the API, a line each:
 *
 *   node lint.ts DESCRIPTION
 */
import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";

const [description = ""] = process.argv.slice(2);
const problems = await lintFromString({
	source: readFileSync(description, "utf8"),
	absoluteRef: description,
	config: await createConfig({ extends: ["recommended-strict"] }),
});
for (const { severity, ruleId, message, location } of problems) {
	const [at] = location;
	console.log(`${severity} ${ruleId}: ${message} (${at?.pointer})`);
}
