import { describe, expect, test } from "vitest";
import { type Flags, readFlags } from "../../node/cli/flags.ts";

const flags = {
	http: { kind: "text", env: ["HEARSAY_HTTP", "HEARSAY_OLD"], help: "" },
	handlers: { kind: "texts", env: ["HEARSAY_HANDLERS"], help: "" },
	"no-gossip": { kind: "switch", env: ["HEARSAY_NO_GOSSIP"], help: "" },
} as const satisfies Flags;

describe("flags", () => {
	test("a flag wins over its variable, and says where it came from", () => {
		const values = readFlags(flags, ["--http", "a:1"], { HEARSAY_HTTP: "b:2" });
		expect(values.text("http")).toEqual({ text: "a:1", from: "--http" });
	});

	test("the first variable that is set counts; an empty one is not set", () => {
		const values = readFlags(flags, [], {
			HEARSAY_HTTP: "",
			HEARSAY_OLD: "c:3",
		});
		expect(values.text("http")).toEqual({ text: "c:3", from: "HEARSAY_OLD" });
	});

	test("a list is a repeated flag, or commas in its variable", () => {
		const texts = (args: string[], list?: string) =>
			readFlags(flags, args, { HEARSAY_HANDLERS: list })
				.texts("handlers")
				.map(({ text }) => text);
		expect(texts(["--handlers", "a.ts", "--handlers=b,c.ts"])).toEqual([
			"a.ts",
			"b,c.ts",
		]);
		expect(texts([], "a.ts, b.ts,")).toEqual(["a.ts", "b.ts"]);
		expect(texts([])).toEqual([]);
	});

	test("a switch is on when given, or when its variable is 1 or true", () => {
		const on = (args: string[], text?: string) =>
			readFlags(flags, args, { HEARSAY_NO_GOSSIP: text }).on("no-gossip");
		expect(on(["--no-gossip"])).toBe(true);
		expect(on([], "1")).toBe(true);
		expect(on([], "true")).toBe(true);
		expect(on([], "0")).toBe(false);
		expect(on([])).toBe(false);
		expect(() => on([], "maybe")).toThrow('HEARSAY_NO_GOSSIP is "maybe"');
	});

	test.each([
		[["--nope"], "Unknown option '--nope'"],
		[["--http"], "argument missing"],
		[["--no-gossip=1"], "does not take an argument"],
		[["stray"], "Unexpected argument 'stray'"],
	])("%j is refused with one sentence", (args, sentence) => {
		const read = () => readFlags(flags, args, {});
		expect(read).toThrow(expect.objectContaining({ name: "ConfigError" }));
		expect(read).toThrow(sentence);
		expect(read).toThrow(/^[^\n]*; --help lists what there is\.$/);
	});
});
