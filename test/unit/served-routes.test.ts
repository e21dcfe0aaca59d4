/** What nodes serve, and what is missing if none of them can run a task, in words a person can act on. */
import { expect, test } from "vitest";
import { ServedRoutes, servesOf } from "../../node/peers/served-routes.ts";

const own = servesOf({ types: ["resize"], labels: [] });
const others = new Map([
	["b", servesOf({ types: ["mail"], queues: ["slow"], labels: ["gpu"] })],
	["c", servesOf({ types: ["mail"], queues: ["fast"], labels: ["eu", "gpu"] })],
]);

test.each([
	["any|resize|", undefined],
	["slow|mail|gpu", undefined],
	["fast|mail|eu,gpu", undefined],
	["any|resise|", 'the type "resise"'],
	["any|resize|tpu", 'the label "tpu"'],
	["any|resize|gpu,tpu,xpu", 'the label "tpu" and the label "xpu"'],
	["any|none|a,b", 'the type "none", the label "a" and the label "b"'],
	// There is a node for each of these, and none for all of them.
	["any|mail|", 'the type "mail" and the queue "any" together'],
	[
		"slow|mail|eu",
		'the type "mail", the queue "slow" and the label "eu" together',
	],
])("what is missing for %s is: %s", (route, missing) => {
	const served = new ServedRoutes("a", own);
	served.replace(others);
	for (let i = 0; i < 2; i++) {
		expect(served.missing(route)).toBe(missing);
		expect(served.isServed(route)).toBe(missing === undefined);
	}
});

test("a queue that only others lack is named", () => {
	const served = new ServedRoutes(
		"a",
		servesOf({ ...own, queues: ["a"] } as never),
	);
	served.replace(new Map());
	expect(served.missing("b|resize|")).toBe('the queue "b"');
});

test("as long as no other node is known, one may serve any route", () => {
	const served = new ServedRoutes("a", own);
	expect(served.missing("any|none|")).toBeUndefined();
	served.replace(others);
	expect(served.missing("any|none|")).toBe('the type "none"');
	served.replace(new Map([["d", servesOf({ types: ["none"], labels: [] })]]));
	expect(served.missing("any|none|")).toBeUndefined();
});

test("the nodes that serve a route are listed, including this one", () => {
	const served = new ServedRoutes("a", own);
	expect(served.servers("any|resize|")).toEqual(["a"]);
	served.replace(others);
	expect(served.servers("slow|mail|gpu")).toEqual(["b"]);
	expect(served.servers("any|none|")).toEqual([]);
	served.replace(new Map([["d", servesOf({ types: ["resize"], labels: [] })]]));
	expect(served.servers("any|resize|")).toEqual(["a", "d"]);
});
