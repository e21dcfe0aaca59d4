import { expect, test } from "vitest";
import { Coroner } from "../../node/lease/coroner.ts";
import { Reaper } from "../../node/lease/reaper.ts";
import { type RevokeRequest, StoreError } from "../../node/ports.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";
import { standInShard } from "../stand-ins.ts";

const LIFE = { nodeId: "node", startedMs: 7 };
type Word = number | undefined | StoreError;
const away = new StoreError("unreachable", "it is away");

/** What the shards say of the life, in their order; the first is the one that asks. */
function coronerOf(...words: readonly Word[]): Coroner {
	const shards = words.map((word, index) => ({
		...standInShard({
			sessions: {
				async lostWith(life) {
					expect(life).toEqual(LIFE);
					if (word instanceof StoreError) throw word;
					return word;
				},
			},
		}),
		index,
	}));
	return new Coroner({ shards, log: new RecordedLog() });
}

test.each<[string, readonly Word[], boolean]>([
	["there is no other shard", [1], false],
	["all others know that it ran nothing in them", [1, 0, 0], false],
	["it ran something in one of them", [1, 0, 2], true],
	[
		"one of them does not know it, or still hears from it",
		[1, undefined],
		true,
	],
	["one of them cannot be reached", [1, 0, away], true],
])(
	"what a lost node ran in other shards, if %s",
	async (_what, words, expected) => {
		expect(await coronerOf(...words).lostElsewhere(0, LIFE)).toBe(expected);
	},
);

test("a reaper asks what a suspect's node ran in other shards, and says so; it asks nothing about other nodes", async () => {
	const asked: RevokeRequest[] = [];
	const reaperOf = (word: Word, isSuspect: boolean) =>
		new Reaper({
			self: "watcher",
			inquest: { sightingsOf: () => [] },
			takenLeases: { takes() {} },
			shard: standInShard({
				sessions: {
					async revoke(request) {
						asked.push(request);
						if (isSuspect && request.lostElsewhere === undefined)
							return { ok: false, code: "suspect", startedMs: 7 };
						return { ok: true, putBack: [], left: 0 };
					},
				},
			}),
			log: new RecordedLog(),
			clock: new VirtualClock(),
			renewer: { mayReap: true },
			hinter: { hint() {} },
			roster: { sessionOver() {} },
			heir: { inherit: async () => new Map() },
			runner: { nodeLost() {} },
			coroner: coronerOf(1, word),
		});
	const said = async (word: Word, isSuspect = true) => {
		asked.length = 0;
		await reaperOf(word, isSuspect).reap("node:1", { when: "now" });
		return asked.map(({ lostElsewhere }) => lostElsewhere);
	};
	expect(await said(0)).toEqual([undefined, false]);
	expect(await said(3)).toEqual([undefined, true]);
	expect(await said(0, false)).toEqual([undefined]);
});
