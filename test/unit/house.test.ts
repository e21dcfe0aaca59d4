/** The rules of the house, held against every file in it. */
import { expect, test } from "vitest";
import { checkAmbient } from "./house/ambient.ts";
import { checkArrows } from "./house/arrows.ts";
import { readCheckout } from "./house/checkout.ts";
import {
	FUNCTION_PARTS_MAX,
	findFunctionParts,
} from "./house/collaborators.ts";
import { checkExports, type Exceptions } from "./house/exports.ts";
import {
	checkDocComments,
	checkHeaders,
	checkLooseEnds,
	checkNames,
	checkScriptHeaders,
	checkTestsRun,
	checkTop,
} from "./house/manners.ts";
import {
	checkFileSizes,
	checkFunctionSizes,
	FILE_LINES_MAX,
	LUA_LINES_MAX,
} from "./house/sizes.ts";

const { top, paths, sources, scripts } = readCheckout();

const IN_LUA = "the scripts do the same in Lua, and are held against it";
const AS_SERVED = "browsers load it, at /client/client.js";

/** By `path#name`, why an export stands that nobody in the project takes. */
const EXCEPTIONS: Exceptions = {
	"protocol/rank.ts#rankOf": IN_LUA,
	"protocol/rank.ts#nextSeq": IN_LUA,
	"protocol/token.ts#tokenFloor": IN_LUA,
	"protocol/token.ts#generationAt": IN_LUA,
	"protocol/moves.ts#isMove": IN_LUA,
	"protocol/access.ts#isNewer": IN_LUA,
	"protocol/access.ts#remembered": IN_LUA,
	"protocol/moves.ts#statesAfter":
		"the checker of histories is held against the table",
	"protocol/moves.ts#statesAfterEnd":
		"the checker of histories is held against the table",
	"dashboard/app.tsx#start":
		"what the build puts together with the pages calls it",
	"protocol/client/browser.ts#Client": AS_SERVED,
	"protocol/client/browser.ts#NoAnswer": AS_SERVED,
	"protocol/client/browser.ts#Refused": AS_SERVED,
	"protocol/client/browser.ts#readEvents": AS_SERVED,
	"protocol/client/browser.ts#readLive": AS_SERVED,
	"node/executor/task-code.ts#Handlers":
		"users write their task code against it",
	"scripts/chaos/handlers.ts#default":
		"the nodes of a chaos run load it as their task code",
	"scripts/proof/spread-handlers.ts#default":
		"the nodes of the proof load it as their task code",
	"scripts/setup/programs.mjs#findBrowser":
		"browser tests start what the set-up has found",
};

test("the top level holds the five rooms and nothing more", () => {
	expect(checkTop(top)).toEqual([]);
});

test("a file imports only what its place in the architecture allows", () => {
	expect(checkArrows(sources)).toEqual([]);
});

test("clock, timers, chance and environment are touched only where they are adapted", () => {
	expect(checkAmbient(sources)).toEqual([]);
});

test("no file is longer than 300 lines below its header, no Lua script longer than 80", () => {
	expect(checkFileSizes(sources, FILE_LINES_MAX)).toEqual([]);
	expect(checkFileSizes(scripts, LUA_LINES_MAX)).toEqual([]);
});

test("actors are given named collaborators, and ten functions at most", () => {
	// What the page is drawn with is no actor: it is told by its page what a click does.
	const actors = sources.filter(({ path }) => !path.startsWith("dashboard/"));
	expect(findFunctionParts(actors).length).toBeLessThanOrEqual(
		FUNCTION_PARTS_MAX,
	);
});

test("no function is longer than 60 lines", () => {
	expect(checkFunctionSizes(sources)).toEqual([]);
});

test("whatever is exported is taken by another file", () => {
	expect(checkExports(sources, EXCEPTIONS)).toEqual([]);
});

test("files are named in kebab-case, after something", () => {
	expect(checkNames(paths)).toEqual([]);
});

test("a file opens by saying what it is for, a Lua script with its contract", () => {
	expect(checkHeaders(sources)).toEqual([]);
	expect(checkScriptHeaders(scripts)).toEqual([]);
});

test("a doc comment stands alone", () => {
	expect(checkDocComments(sources)).toEqual([]);
});

test("no test is left out", () => {
	expect(checkTestsRun(sources)).toEqual([]);
});

test("nothing is left for later", () => {
	expect(checkLooseEnds(sources, scripts)).toEqual([]);
});
