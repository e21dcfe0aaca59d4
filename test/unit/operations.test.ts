import Fastify from "fastify";
import { Check } from "typebox/value";
import { expect, test } from "vitest";
import { serveOperationsOnly } from "../../node/http/door/serve.ts";
import type { Operation, Shape } from "../../protocol/operation.ts";
import { ADDRESSES, OPERATIONS } from "../../protocol/operations.ts";
import { COMPONENTS } from "../../protocol/schema/components.ts";
import { EXAMPLES } from "../../protocol/schema/examples.ts";

const operations = Object.entries<Operation>(OPERATIONS);

test.each(operations)(
	"operation %s names what is in its path",
	(_id, { path, places = {} }) => {
		const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
		expect(Object.keys(places)).toEqual(names);
	},
);

test("operations: no two share an address and a method", () => {
	const all = ADDRESSES.map(({ method, path }) => `${method} ${path}`);
	expect(new Set(all).size).toBe(all.length);
});

test.each(operations)(
	"operation %s: one that changes something is not open to readers",
	(_id, { method, role }) => {
		const mayChange = ["submit", "operate"].includes(role);
		// Who may operate alone may read who else there is.
		if (method !== "GET") expect(mayChange).toBe(true);
		else expect(role).not.toBe("submit");
	},
);

// Generators take one of them for the other's, or for none.
test.each(operations)(
	"operation %s: has JSON or lines, not both",
	(_id, { body, answers, refused }) => {
		const shapes = [
			...(body ? [body] : []),
			...Object.values(answers).map(({ shape }) => shape),
			...(refused ? [refused] : []),
		];
		const forms = new Set(shapes.map((shape) => hasLines(shape)));
		expect(forms.size).toBe(1);
		expect(forms).not.toContain("mixed");
	},
);

function hasLines(shape: Shape): boolean | "mixed" {
	if (typeof shape === "string") return false;
	if ("linesOf" in shape || "eventsOf" in shape) return true;
	if ("text" in shape) return false;
	if ("arrayOf" in shape) return hasLines(shape.arrayOf);
	const [first, ...others] = new Set(shape.anyOf.map(hasLines));
	return others.length > 0 || first === undefined ? "mixed" : first;
}

test.each(Object.keys(COMPONENTS) as (keyof typeof COMPONENTS)[])(
	"the example of %s is one",
	(name) => {
		const defs = { TaskError: COMPONENTS.TaskError };
		const schema = JSON.parse(
			JSON.stringify(COMPONENTS[name]).replaceAll(
				"#/components/schemas/",
				"#/$defs/",
			),
		);
		expect(Check({ ...schema, $defs: defs }, EXAMPLES[name])).toBe(true);
	},
);

/** Generators make a field with a default one that must be sent. */
test("no component has a default", () => {
	expect(JSON.stringify(COMPONENTS)).not.toContain('"default":');
});

test("a route that is no operation cannot be served", () => {
	const app = Fastify();
	serveOperationsOnly(app);
	const handler = () => "";
	for (const [method, url] of [
		["GET", "/v1/secret"],
		["PUT", "/v1/tasks"],
		["POST", "/v1/tasks/:id"],
		["GET", "/v1/tasks/"],
		["HEAD", "/add_task"],
	] as const) {
		expect(() => app.route({ method, url, handler })).toThrow(
			`${method} ${url} is served and no operation`,
		);
	}
	app.get("/v1/tasks/:id", handler);
});
