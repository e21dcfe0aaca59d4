/** README and manual are sound, and name only what exists. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tokenCommand } from "../../node/cli/commands/token.ts";
import { NODE_FLAGS } from "../../node/cli/node-flags.ts";
import { CLIENT_FLAGS, TOKEN_VARIABLE } from "../../node/cli/nodes.ts";
import * as limits from "../../protocol/limits.ts";
import { ADDRESSES } from "../../protocol/operations.ts";
import { PROBLEMS } from "../../protocol/problem.ts";
import { TaskAsSubmitted } from "../../protocol/schema/submitted.ts";
import { ATTEMPT_ENDS, TASK_STATES } from "../../protocol/state.ts";
import {
	readChapters,
	readPictures,
} from "../../scripts/build/manual-chapters.ts";
import { renderPages } from "../../scripts/build/manual-text.ts";
import { PROOFS } from "../../scripts/proof/proofs.ts";
import { DOCUMENTS } from "../documents.ts";
import { DESIGN_FILE, drawRooms, pictureIn } from "./house/picture.ts";
import { PLAN } from "./house/plan.ts";

const CHAPTERS = readChapters(process.cwd());
const README_LINES_MAX = 160;
const README_WORDS_MAX = 900;
const PICTURES_BYTES_MAX = 1.5 * 2 ** 20;

const { scripts: SCRIPTS } = JSON.parse(
	readFileSync("package.json", "utf8"),
) as { readonly scripts: Readonly<Record<string, string>> };
/** The flags of the program, of the scripts that the manual names, and of curl. */
const FLAGS = new Set([
	...Object.keys(NODE_FLAGS),
	...tokenCommand.help.groups.flatMap(([, flags]) => Object.keys(flags)),
	...[
		"node/cli/command-line.ts",
		"node/cli/commands/up.ts",
		"scripts/bench.ts",
		"scripts/build.ts",
		"scripts/chaos/options.ts",
		"scripts/proof/options.ts",
		"test/sim/options.ts",
	].flatMap(
		(path) => readFileSync(path, "utf8").match(/(?<=--)[a-z][a-z-]*/g) ?? [],
	),
	"data-binary",
	"max-time",
]);
const VARIABLES: readonly string[] = [
	TOKEN_VARIABLE,
	...CLIENT_FLAGS.url.env,
	...Object.values(NODE_FLAGS).flatMap(({ env }) => [...env]),
];
/** The addresses that nodes serve, in the form `GET /v1/tasks/:id`. */
const SERVED = ADDRESSES.map(
	({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
);

const FENCED = /^( *)```[\s\S]*?^\1```$/gm;

/** All that stands between backticks, outside of blocks. */
function namesIn(text: string): string[] {
	const prose = text.replaceAll(FENCED, "");
	return [...prose.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

const chapter = (name: string) =>
	DOCUMENTS.find(({ path }) => path === `dashboard/docs/${name}.md`)?.text ??
	"";

describe("the README", () => {
	const readme = DOCUMENTS[0]?.text ?? "";

	test("is read in three minutes", () => {
		const words = readme.replaceAll(FENCED, "").split(/\s+/).filter(Boolean);
		expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(
			README_LINES_MAX,
		);
		expect(words.length).toBeLessThanOrEqual(README_WORDS_MAX);
	});

	test("leads to every chapter, and nowhere else", () => {
		const links = [...readme.matchAll(/(?<!!)\[[^\]]*\]\(([^)]+)\)/g)].map(
			([, to]) => to,
		);
		expect([...new Set(links)].sort()).toEqual(
			CHAPTERS.map(({ name }) => `dashboard/docs/${name}.md`).sort(),
		);
	});
});

test("the README shows pictures that are there, and says what is on them", () => {
	const readme = DOCUMENTS[0]?.text ?? "";
	const all = [
		...readme.matchAll(/!\[([^\]]*)\]\(dashboard\/docs\/([^)]+)\)/g),
	];
	expect(all.length).toBeGreaterThanOrEqual(2);
	for (const [, said, file = ""] of all) {
		expect(said).not.toBe("");
		expect([...readPictures(process.cwd()).keys()]).toContain(file);
	}
});

test("all pictures together are small enough to be kept with the sources", () => {
	const sizes = [...readPictures(process.cwd()).values()].map(
		({ length }) => length,
	);
	expect(sizes.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(
		PICTURES_BYTES_MAX,
	);
});

test("the README's figures are those of the manual", () => {
	const numbersIn = (text: string): string[] => text.match(/\d[\d,.]*/g) ?? [];
	const readme = DOCUMENTS[0]?.text ?? "";
	const table = /^## How fast$.*?^## /ms.exec(readme)?.[0] ?? "";
	const cells = table
		.split("\n")
		.filter((line) => line.startsWith("| "))
		.flatMap((line) => line.split("|").slice(2));
	const numbers = cells.flatMap(numbersIn);
	const known = numbersIn(chapter("figures"));
	expect(numbers.length).toBeGreaterThan(10);
	expect(numbers.filter((number) => !known.includes(number))).toEqual([]);
});

const count = (value: number) => value.toLocaleString("en");
const kibibytes = (value: number) => `${value / 2 ** 10} KiB`;
const mebibytes = (value: number) => `${value / 2 ** 20} MiB`;

test.each([
	["tasks", `up to ${kibibytes(limits.PAYLOAD_BYTES_MAX)}`],
	["tasks", `from 0 to ${limits.PRIORITY_MAX}`],
	["tasks", `up to ${limits.ID_CHARS_MAX} characters`],
	["tasks", `up to ${limits.TYPE_CHARS_MAX} characters`],
	["tasks", `name of up to ${limits.QUEUE_CHARS_MAX} characters`],
	[
		"tasks",
		`up to ${limits.LABELS_MAX} labels, each of up to ${limits.LABEL_CHARS_MAX} characters`,
	],
	[
		"tasks",
		`${mebibytes(limits.BODY_BYTES_MAX)} and ${count(limits.ITEMS_MAX)} tasks`,
	],
	["tasks", `lasts ${limits.WAIT_MS_MAX / 1_000} s at most`],
	[
		"find",
		`\`limit\` is ${limits.LIST_LIMIT_DEFAULT} by default and ${limits.LIST_LIMIT_MAX} at most`,
	],
	["tasks", `for ${limits.SUCCESSES_KEPT_MS / 3_600_000} h`],
	["tasks", `for ${limits.FAILURES_KEPT_MS / 86_400_000} days`],
	["tasks", count(limits.SUCCESSES_KEPT_MAX)],
	["tasks", count(limits.FAILURES_KEPT_MAX)],
	["tasks", `less than ${limits.ENDED_KEPT_MS_MIN / 1_000} s ago`],
	["find", `exceed ${mebibytes(limits.LIST_BYTES_MAX)}`],
	[
		"find",
		`${limits.TAGS_MAX} tags, each a name of up to ${limits.TAG_CHARS_MAX} characters`,
	],
	["find", `${limits.FIND_TEXT_CHARS_MAX} characters at most`],
	["find", `ends after ${limits.BULK_MS_MAX / 1_000} s`],
	["api", `one works in a node, ${limits.BULKS_WAITING_MAX} wait`],
	["tasks", `${limits.TAGS_MAX} tags, each of up to ${limits.TAG_CHARS_MAX}`],
	["tasks", `shard ${count(limits.UNSERVED_ROUTES_MAX)} different`],
	["tasks", `Another ${count(limits.ROUTES_MAX)} may wait`],
	["tasks", `from up to ${limits.CLAIM_ROUTES_MAX} combinations`],
	["tasks", `names up to ${limits.QUEUE_NODES_TOLD_MAX} nodes`],
	["tasks", `more than ${count(limits.QUEUES_FEW)} have work`],
	["tasks", `up to ${limits.QUEUES_KEPT_MS / 1_000} s old`],
	["tasks", `in the last ${limits.FAILURES_SINCE_MS / 3_600_000} hours`],
	["tasks", `The newest ${count(limits.FAILURES_LOOKED_MAX)} tasks`],
	["task-code", `JSON of up to ${kibibytes(limits.RESULT_BYTES_MAX)}`],
	["task-code", `${limits.TASK_LOG_LINES_MAX} lines an attempt`],
	["task-code", `${count(limits.TASK_LOG_LINE_CHARS_MAX)} characters a line`],
	["task-code", `then has ${limits.ABORT_GRACE_MS / 1_000} s to stop`],
	["task-code", `may have ${limits.WORKER_HEAP_MIB_MAX} MiB`],
	["api", `deeper than ${limits.JSON_DEPTH_MAX}`],
	["api", kibibytes(limits.HEADER_BYTES_MAX)],
	["api", `| ${count(limits.WAITERS_MAX)} `],
	["api", `| ${count(limits.HTTP_CONNECTIONS_MAX)}; `],
	["api", `up to ${count(limits.HTTP_SURPLUS_MAX)} `],
	["api", `| ${limits.REQUESTS_OPEN_MAX} `],
	["api", `${limits.LISTS_MAX}, and ${limits.LISTS_WAITING_MAX} wait`],
	[
		"api",
		`${count(limits.SUBMIT_QUEUE_MAX)}, or ${mebibytes(limits.SUBMIT_QUEUE_BYTES_MAX)}`,
	],
	["access", `${count(limits.ACCESS_TOKENS_MAX)} tokens at most`],
	["access", `${limits.ACCESS_NAMES_MAX} queues and as many types`],
	["access", `for ${limits.ACCESS_REVOKED_KEPT_MS / 86_400_000} days`],
	["access", `the last ${count(limits.ACCESS_REVOKED_KEPT_MAX)} of them`],
	[
		"celery",
		`${count(limits.STATUS_ALL_MAX)} tasks or ${mebibytes(limits.STATUS_ALL_BYTES_MAX)}`,
	],
	["celery", `text of up to ${limits.CELERY_NAME_CHARS_MAX} of`],
	["guarantees", `the lease lasts ${limits.LEASE_TTL_MS / 1_000} s`],
	["guarantees", `renewed for ${limits.SILENT_LEASE_MS / 1_000} s`],
])("the chapter %s tells the limit: %s", (name, words) => {
	expect(chapter(name).replaceAll(/\s+/g, " ")).toContain(words);
});

describe.each(DOCUMENTS)("$path", ({ text, blocks }) => {
	const names = namesIn(text);

	test("names commands, proofs, flags, variables and addresses that there are", () => {
		const all = (pattern: RegExp, of: string) =>
			[...of.matchAll(pattern)].map(([, name = ""]) => name);
		const inline = names.join("\n");
		const unknown = [
			...all(/\bnpm run ([a-z]+)/g, text).filter((name) => !(name in SCRIPTS)),
			...all(/\bnpm run proof -- ([a-z-]+)/g, text).filter(
				(name) => !PROOFS.some((proof) => proof.name === name),
			),
			...all(/(?<![\w-])--([a-z][a-z0-9-]*)/g, inline).filter(
				(flag) => !FLAGS.has(flag),
			),
			...all(/\b(HEARSAY_[A-Z_]+)\b/g, text).filter(
				(name) => !VARIABLES.includes(name),
			),
			...all(/^((?:GET|POST) \/\S*)$/gm, inline).filter(
				(address) => !SERVED.includes(address),
			),
		];
		expect(unknown).toEqual([]);
	});

	test("names files that there are", () => {
		const gone = names
			.filter((name) =>
				/^(node|protocol|scripts|test|dashboard)\/\S+$/.test(name),
			)
			.filter((path) => !existsSync(path));
		expect(gone).toEqual([]);
	});

	test("an answer follows what it answers, and a file is used", () => {
		const kinds = blocks.map(({ kind }) => kind);
		const lonely = kinds.filter(
			(kind, at) => kind === "answer" && kinds[at - 1] !== "run",
		);
		const unused = blocks.filter(
			(block, at) =>
				block.kind === "file" &&
				!blocks
					.slice(at)
					.some(
						(user) => user.kind === "run" && user.text.includes(block.name),
					),
		);
		expect({ lonely, unused }).toEqual({ lonely: [], unused: [] });
	});
});

describe("the manual", () => {
	test("tells every problem with its status, and no other", () => {
		const rows = [...chapter("api").matchAll(/^\| (\d{3}) +\| `(\w+)`/gm)];
		const told = rows.map(([, status, code]) => [code, Number(status)]);
		const all = Object.entries(PROBLEMS).map(([code, [status]]) => [
			code,
			status,
		]);
		expect(told.sort()).toEqual(all.sort());
	});

	test("tells every field of a task, every state and every end of an attempt", () => {
		const told = namesIn(chapter("tasks"));
		const wanted = [
			...Object.keys(TaskAsSubmitted.properties),
			...TASK_STATES,
			...ATTEMPT_ENDS,
		];
		expect(wanted.filter((name) => !told.includes(name))).toEqual([]);
	});

	test("draws the rooms as they are (otherwise: node test/unit/house/picture.ts)", () => {
		const drawn = pictureIn(readFileSync(DESIGN_FILE, "utf8"));
		expect(drawn).toBe(drawRooms(PLAN));
	});

	test("is rendered: a page a chapter, an overview, each with the titles of all", () => {
		const pages = renderPages(CHAPTERS, readPictures("."), "1.2.3");
		const names = Object.keys(pages).filter((name) => !name.includes("/"));
		expect(names).toEqual(["", ...CHAPTERS.map(({ name }) => name)]);
		for (const name of names) {
			const html = pages[name];
			expect(html).toContain('docs/tasks#same-id-same-task"');
			expect(html).not.toMatch(
				/ (src|style|on\w+)="(?!(\.\.\/)?(icon|manual|tokens|docs\/shots\/[a-z-]+)\.\w+")/,
			);
		}
	});
});
