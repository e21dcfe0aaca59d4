/** The file of access tokens that a node is given. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TokenFile } from "../../node/world/token-file.ts";
import { TOKEN_FILE_LOOK_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "./recorded-log.ts";

const READER = `hs_read_${"r".repeat(32)}`;
const OPERATOR = `hs_operate_${"o".repeat(32)}`;

let folder: string;
let file: string;
let clock: VirtualClock;
let log: RecordedLog;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-tokens-"));
	file = join(folder, "tokens");
	clock = new VirtualClock();
	log = new RecordedLog();
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => new TokenFile(file, clock, log);

test("it has one token a line; blank lines and comments are skipped", () => {
	writeFileSync(file, `# ours\n\n  ${READER}\r\n${OPERATOR}`);
	const tokens = open();
	expect(tokens.secrets).toEqual([READER, OPERATOR]);
	tokens.close();
});

test("it is read again only when it has changed", async () => {
	writeFileSync(file, `${READER}\n`);
	const tokens = open();
	const { secrets } = tokens;
	await clock.runFor(3 * TOKEN_FILE_LOOK_MS);
	expect(tokens.secrets).toBe(secrets);
	// Replaced as careful users do.
	writeFileSync(`${file}.new`, `${OPERATOR}\n`);
	renameSync(`${file}.new`, file);
	await clock.runFor(TOKEN_FILE_LOOK_MS);
	expect(tokens.secrets).toEqual([OPERATOR]);
	tokens.close();
	writeFileSync(file, "");
	await clock.runFor(2 * TOKEN_FILE_LOOK_MS);
	expect(tokens.secrets).toEqual([OPERATOR]);
});

test.each([
	["no token", () => writeFileSync(file, `${READER}\nsesame\n`)],
	["gone", () => rmSync(file)],
])(
	"a changed file that has %s leaves the former tokens in force, and that is logged once",
	async (_what, change) => {
		writeFileSync(file, `${READER}\n`);
		const tokens = open();
		change();
		await clock.runFor(3 * TOKEN_FILE_LOOK_MS);
		expect(tokens.secrets).toEqual([READER]);
		expect(log.lines).toHaveLength(1);
		writeFileSync(file, `${OPERATOR}\n`);
		await clock.runFor(TOKEN_FILE_LOOK_MS);
		expect(tokens.secrets).toEqual([OPERATOR]);
		tokens.close();
	},
);

test.each([
	["sesame", /^line 2 is no token/],
	[READER.slice(1), /^line 2 is no token/],
	["x".repeat(2 ** 20), /^it has more than 1048576 bytes$/],
])("what is no such file is refused, and not repeated", (line, why) => {
	writeFileSync(file, `# ours\n${line}\n`);
	expect(open).toThrow(why);
	expect(open).not.toThrow(line.slice(0, 32));
	rmSync(file);
	expect(open).toThrow(/^it cannot be read: ENOENT$/);
});
